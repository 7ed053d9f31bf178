using System.Numerics.Tensors;

namespace MoeGen;

/// <summary>What <see cref="WeightQuantizer"/> refuses.</summary>
internal static class WeightQuantizerChecks
{
    public static void Check<T>(ReadOnlySpan<T> weights, int rows, int columns, QuantizationOptions options, ReadOnlySpan<float> columnWeights, string name)
        where T : unmanaged
    {
        _ = ElementType.DtypeOf<T>();
        ArgumentNullException.ThrowIfNull(options);
        CheckSize(rows, nameof(rows));
        CheckSize(columns, nameof(columns));
        if (columns % options.GroupOf(columns) != 0)
        {
            throw new ArgumentException($"columns is {columns}; required is a multiple of the group size {options.GroupOf(columns)}.", nameof(columns));
        }

        if (weights.Length != (long)rows * columns)
        {
            throw new ArgumentException($"{name} has {weights.Length} elements; required are {(long)rows * columns} ([N, K] = [{rows}, {columns}]).", nameof(weights));
        }

        if (!columnWeights.IsEmpty && columnWeights.Length != columns)
        {
            throw new ArgumentException($"columnWeights has {columnWeights.Length} elements; required are {columns} (columns), or none.", nameof(columnWeights));
        }

        for (int i = 0; i < columnWeights.Length; i++)
        {
            if (!(columnWeights[i] >= 0) || float.IsInfinity(columnWeights[i]))
            {
                throw new ArgumentException($"columnWeights[{i}] is {columnWeights[i]}; allowed are finite numbers from 0 on.", nameof(columnWeights));
            }
        }

        CheckFinite(weights, columns, name);
    }

    /// <summary>Error feedback needs more than weights.</summary>
    public static void CheckSearch(QuantizationOptions options)
    {
        if (options?.Search == ScaleSearch.ErrorFeedback)
        {
            throw new ArgumentException("options have the search ErrorFeedback, which needs samples: allowed with MoeQuantizer and a calibrator only.", nameof(options));
        }
    }

    private static void CheckFinite<T>(ReadOnlySpan<T> weights, int columns, string name)
        where T : unmanaged
    {
        var row = new float[columns];
        for (int first = 0; first < weights.Length; first += columns)
        {
            // NaN and infinity are the largest magnitude.
            ElementConversion.Widen(weights.Slice(first, columns), row.AsSpan());
            if (float.IsFinite(TensorPrimitives.MaxMagnitude(row)))
            {
                continue;
            }

            int column = Array.FindIndex(row, value => !float.IsFinite(value));
            throw new ArgumentException($"{name} holds {row[column]} at row {first / columns}, column {column}; allowed are finite numbers.", nameof(weights));
        }
    }

    private static void CheckSize(int value, string name)
    {
        if (value < 8 || value % 8 != 0)
        {
            throw new ArgumentException($"{name} is {value}; required is a positive multiple of 8.", name);
        }
    }
}
