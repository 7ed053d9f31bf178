namespace MoeGen.Tests;

/// <summary>The same-quantised reference, spelled out value by value from its definition.</summary>
internal sealed class NaiveQuantizedLayer<T>(QuantizedMoeWeights<T> weights, Activation activation, bool quantizeActivations)
    where T : unmanaged
{
    private static readonly double[] s_e2m1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6];

    /// <summary>Sums over K in order; factors of slots' inputs, where given, multiply fc1's sums.</summary>
    public double[] Run(T[] input, int[] ids, float[] scales, int topK, float[]? inputScales = null)
    {
        int hidden = weights.Shape.HiddenSize;
        var output = new double[input.Length];
        for (int slot = 0; slot < ids.Length; slot++)
        {
            double[] row = Expert(ids[slot], input.AsSpan(slot / topK * hidden, hidden).ToArray(), inputScales?[slot] ?? 1);
            for (int h = 0; h < hidden; h++)
            {
                output[(slot / topK * hidden) + h] += scales[slot] * row[h];
            }
        }

        return output;
    }

    /// <summary>One weight of a 4-bit matrix, or the code of an 8-bit one.</summary>
    public static double Weight(QuantizedMatrix matrix, int row, int column)
    {
        long at = ((long)row * matrix.Columns) + column;
        if (matrix.Format == WeightFormat.Int8PerChannel)
        {
            return (sbyte)matrix.Codes.Span[(int)at];
        }

        int code = (matrix.Codes.Span[(int)(at / 2)] >> (at % 2 == 0 ? 0 : 4)) & 15;
        int group = (int)(at / matrix.GroupSize);
        double scale = matrix.Scales.Span[group];
        if (matrix.Format == WeightFormat.Mxfp4)
        {
            return Round(scale * (code > 7 ? -s_e2m1[code - 8] : s_e2m1[code]));
        }

        return Round(Round(scale) * (code - (matrix.ZeroPoints.IsEmpty ? 8 : matrix.ZeroPoints.Span[group])));

        static double Round(double value) => typeof(T) == typeof(float) ? value : TestLayer<T>.Number(TestLayer<T>.From(value));
    }

    private double[] Expert(int expert, T[] x, float inputScale)
    {
        int intermediate = weights.Shape.IntermediateSize;
        double[] sums = Product(weights.Fc1ExpertWeights[expert], x, weights.InputFactors, weights.InputScale);
        for (int row = 0; row < sums.Length; row++)
        {
            sums[row] = (sums[row] * inputScale) + Bias(weights.Fc1ExpertBiases, (expert * sums.Length) + row);
        }

        double[] activated = new double[intermediate];
        for (int j = 0; j < intermediate; j++)
        {
            double gate = sums[weights.Rows.GateRow(j)];
            activated[j] = activation == Activation.Swiglu
                ? gate / (1 + Math.Exp(-gate)) * sums[weights.Rows.UpRow(j)]
                : NaiveActivation.Apply(activation, gate, weights.IsGated ? sums[weights.Rows.UpRow(j)] : 0, 1, 0, 7);
        }

        double[] result = quantizeActivations
            ? Product(weights.Fc2ExpertWeights[expert], Array.ConvertAll(activated, Held), default, weights.ActivatedScales.IsEmpty ? 0 : weights.ActivatedScales.Span[expert])
            : Product(weights.Fc2ExpertWeights[expert], Array.ConvertAll(activated, Within));
        for (int h = 0; h < result.Length; h++)
        {
            result[h] += Bias(weights.Fc2ExpertBiases, (expert * result.Length) + h);
        }

        return result;
    }

    private static T Held(double value) => TestLayer<T>.From(Within(value));

    // FP16 saturates.
    private static double Within(double value) => typeof(T) == typeof(Half) ? Math.Clamp(value, -65504, 65504) : value;

    private double[] Product(QuantizedMatrix matrix, T[] x, ReadOnlyMemory<float> factors, float staticScale)
    {
        float[] values = Array.ConvertAll(x, value => (float)TestLayer<T>.Number(value));
        if (!quantizeActivations)
        {
            return Product(matrix, Array.ConvertAll(values, value => (double)value));
        }

        for (int i = 0; i < values.Length && !factors.IsEmpty; i++)
        {
            values[i] *= factors.Span[i];
        }

        float most = values.Max(MathF.Abs);
        float inverse = staticScale > 0 ? 1f / staticScale : 127f / most;
        double rowScale = staticScale > 0 ? staticScale : most / 127f;
        var products = new double[matrix.Rows];
        for (int row = 0; row < products.Length; row++)
        {
            long sum = 0;
            for (int k = 0; k < values.Length; k++)
            {
                sum += (long)Weight(matrix, row, k) * (most == 0 ? 0 : (int)Math.Clamp(MathF.Round(values[k] * inverse), -127f, 127f));
            }

            products[row] = sum * (rowScale * matrix.Scales.Span[row]);
        }

        return products;
    }

    private static double[] Product(QuantizedMatrix matrix, double[] x)
    {
        var products = new double[matrix.Rows];
        for (int row = 0; row < products.Length; row++)
        {
            double sum = x.Select((value, k) => value * Weight(matrix, row, k)).Sum();
            products[row] = matrix.Format == WeightFormat.Int8PerChannel ? sum * matrix.Scales.Span[row] : sum;
        }

        return products;
    }

    private static double Bias(ReadOnlyMemory<T> biases, int index) => biases.IsEmpty ? 0 : TestLayer<T>.Number(biases.Span[index]);
}
