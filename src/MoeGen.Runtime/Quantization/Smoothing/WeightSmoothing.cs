using System.Numerics.Tensors;

namespace MoeGen;

/// <summary>Weights that undo the factors of the activations they meet, as floats, one expert at a time.</summary>
internal sealed class WeightSmoothing<T>(MoeWeights<T> weights, SmoothingFactors factors)
    where T : unmanaged
{
    private readonly int _hidden = weights.Shape.HiddenSize;
    private readonly int _intermediate = weights.Shape.IntermediateSize;

    /// <summary>fc1 with columns divided by the input's factors, its up rows times the activated ones.</summary>
    public float[] Fc1(int expert)
    {
        float[] fc1 = Widen(weights.Fc1ExpertWeights[expert].Span);
        Divide(fc1, _hidden, factors.Input);
        float[] activated = factors.OfActivated(expert);
        for (int j = 0; j < activated.Length; j++)
        {
            Span<float> row = fc1.AsSpan(weights.Rows.UpRow(j) * _hidden, _hidden);
            TensorPrimitives.Multiply(row, activated[j], row);
        }

        return fc1;
    }

    /// <summary>fc2 with columns divided by the activated rows' factors.</summary>
    public float[] Fc2(int expert)
    {
        float[] fc2 = Widen(weights.Fc2ExpertWeights[expert].Span);
        Divide(fc2, _intermediate, factors.OfActivated(expert));
        return fc2;
    }

    /// <summary>fc1's biases, those of up rows times the activated factors, which are powers of two.</summary>
    public ReadOnlyMemory<T> Fc1Biases()
    {
        if (weights.Fc1ExpertBiases.IsEmpty || factors.Activated.Length == 0)
        {
            return weights.Fc1ExpertBiases;
        }

        float[] biases = Widen(weights.Fc1ExpertBiases.Span);
        for (int i = 0; i < weights.Shape.NumExperts * _intermediate; i++)
        {
            int expert = i / _intermediate;
            biases[(expert * 2 * _intermediate) + weights.Rows.UpRow(i % _intermediate)] *= factors.Activated[expert][i % _intermediate];
        }

        var narrow = new T[biases.Length];
        ElementConversion.Narrow<T, float>(biases, narrow);
        return narrow;
    }

    /// <summary>The largest magnitude of each column.</summary>
    public static float[] ColumnMagnitudes(ReadOnlySpan<T> matrix, int columns)
    {
        var most = new float[columns];
        var row = new float[columns];
        for (int first = 0; first < matrix.Length; first += columns)
        {
            ElementConversion.Widen(matrix.Slice(first, columns), row.AsSpan());
            TensorPrimitives.Abs(row, row);
            TensorPrimitives.Max(most, row, most);
        }

        return most;
    }

    private static float[] Widen(ReadOnlySpan<T> values)
    {
        var wide = new float[values.Length];
        ElementConversion.Widen(values, wide.AsSpan());
        return wide;
    }

    private static void Divide(float[] matrix, int columns, float[] divisors)
    {
        for (int first = 0; first < matrix.Length && divisors.Length > 0; first += columns)
        {
            Span<float> row = matrix.AsSpan(first, columns);
            TensorPrimitives.Divide(row, divisors, row);
        }
    }
}
