namespace MoeGen.Gpu.Tests;

/// <summary>Random codes and scales of a problem, such that outputs are O(1); among the scales zeros and, of Int4, negative ones, among the codes all there are.</summary>
internal static class CodeData
{
    public static QuantizedMoeWeights<T> Weights<T>(Data<T> data, WeightFormat format, int groupSize = 0, bool zeroPoints = false, Activation activation = Activation.Swiglu, bool biases = false)
        where T : unmanaged
    {
        Problem problem = data.Problem;
        var random = new Random(problem.Seed + 3);
        MoeWeights<T> optional = data.WithOptions(activation, biases, constants: biases);
        QuantizedMatrix[] Matrices(int rows, int columns, double deviation) =>
            [.. Enumerable.Range(0, problem.E).Select(_ => Matrix(random, format, rows, columns, groupSize, zeroPoints, deviation))];
        return new QuantizedMoeWeights<T>(
            problem.Shape,
            problem.Layout,
            Matrices(problem.Shape.Fc1Rows(problem.Layout != Fc1Layout.Plain), problem.H, 1 / Math.Sqrt(problem.H)),
            Matrices(problem.H, problem.I, 2 / Math.Sqrt(problem.I)))
        {
            Fc1ExpertBiases = optional.Fc1ExpertBiases,
            Fc2ExpertBiases = optional.Fc2ExpertBiases,
            SwigluAlpha = optional.SwigluAlpha,
            SwigluBeta = optional.SwigluBeta,
            SwigluLimit = optional.SwigluLimit,
        };
    }

    private static QuantizedMatrix Matrix(Random random, WeightFormat format, int rows, int columns, int groupSize, bool zeroPoints, double deviation)
    {
        int elements = rows * columns;
        var codes = new byte[format == WeightFormat.Int8PerChannel ? elements : elements / 2];
        random.NextBytes(codes);

        // Root of the mean square of the codes, less their zero point.
        (int groups, double spread) = format switch
        {
            WeightFormat.Int8PerChannel => (rows, 73.6),
            WeightFormat.Int4Group => (elements / groupSize, zeroPoints ? 6.5 : 4.6),
            _ => (elements / 32, 2.9),
        };
        var scales = new float[groups];
        for (int i = 1; i < groups; i++)
        {
            double scale = deviation / spread * (0.5 + random.NextDouble());
            double sign = format == WeightFormat.Int4Group && random.Next(2) == 0 ? -1 : 1;
            scales[i] = (float)(format == WeightFormat.Mxfp4 ? Math.Pow(2, Math.Round(Math.Log2(scale))) : sign * scale);
        }

        switch (format)
        {
            case WeightFormat.Int8PerChannel:
                codes.AsSpan().Replace((byte)0x80, (byte)0x81);
                return QuantizedMatrix.Int8(rows, columns, codes, scales);
            case WeightFormat.Int4Group:
                byte[] zeros = [.. Enumerable.Range(0, zeroPoints ? groups : 0).Select(_ => (byte)random.Next(16))];
                return QuantizedMatrix.Int4(rows, columns, groupSize, codes, scales, zeros);
            default:
                return QuantizedMatrix.Mxfp4(rows, columns, codes, scales);
        }
    }
}
