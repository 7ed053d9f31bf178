namespace MoeGen.Tests;

/// <summary>Random quantised weights of a layer whose outputs are O(1).</summary>
internal static class RandomQuantized
{
    /// <summary>Codes over their whole range, scales that differ by a factor of 3, those of Int4 of either sign; some rows or groups have the scale 0.</summary>
    public static QuantizedMatrix Matrix(Random random, WeightFormat format, int rows, int columns, int groupSize = 32, bool zeroPoints = false)
    {
        var codes = new byte[format == WeightFormat.Int8PerChannel ? rows * columns : rows * columns / 2];
        random.NextBytes(codes);
        codes.AsSpan().Replace<byte>(0x80, 0x7f);
        int groups = format == WeightFormat.Int8PerChannel ? 1 : columns / (format == WeightFormat.Mxfp4 ? 32 : groupSize);
        double typical = (format == WeightFormat.Int8PerChannel ? 73 : format == WeightFormat.Mxfp4 ? 2.9 : 4.6) * Math.Sqrt(columns);
        var scales = new float[rows * groups];
        for (int i = 0; i < scales.Length; i++)
        {
            double scale = Math.Pow(3, random.NextDouble() - 0.5) / typical;
            scales[i] = random.Next(9) == 0 ? 0 : format == WeightFormat.Mxfp4 ? (float)Math.ScaleB(1, Math.ILogB(scale)) : format == WeightFormat.Int4Group && random.Next(2) == 0 ? (float)-scale : (float)scale;
        }

        return format switch
        {
            WeightFormat.Int8PerChannel => QuantizedMatrix.Int8(rows, columns, codes, scales),
            WeightFormat.Mxfp4 => QuantizedMatrix.Mxfp4(rows, columns, codes, scales),
            _ => QuantizedMatrix.Int4(rows, columns, groupSize, codes, scales, zeroPoints ? ZeroPoints(random, scales.Length) : default),
        };
    }

    public static QuantizedMoeWeights<T> Weights<T>(
        MoeShape shape, Fc1Layout layout, WeightFormat format, int seed, int groupSize = 32, bool zeroPoints = false, bool biases = true)
        where T : unmanaged
    {
        var random = new Random(seed);
        int fc1Rows = shape.Fc1Rows(layout != Fc1Layout.Plain);
        QuantizedMatrix[] fc1 = [.. Each(fc1Rows, shape.HiddenSize)];
        QuantizedMatrix[] fc2 = [.. Each(shape.HiddenSize, shape.IntermediateSize)];
        return new QuantizedMoeWeights<T>(shape, layout, fc1, fc2)
        {
            Fc1ExpertBiases = biases ? Values<T>(random, shape.NumExperts * fc1Rows) : default,
            Fc2ExpertBiases = biases ? Values<T>(random, shape.NumExperts * shape.HiddenSize) : default,
        };

        IEnumerable<QuantizedMatrix> Each(int rows, int columns) =>
            Enumerable.Range(0, shape.NumExperts).Select(_ => Matrix(random, format, rows, columns, groupSize, zeroPoints));
    }

    public static T[] Values<T>(Random random, int count)
        where T : unmanaged => [.. Enumerable.Range(0, count).Select(_ => TestLayer<T>.From((2 * random.NextDouble()) - 1))];

    private static byte[] ZeroPoints(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(16))];
}
