using System.Numerics.Tensors;

namespace MoeGen;

/// <summary>From weights to codes and scales, row by row on several threads; the result does not depend on their number.</summary>
public static class WeightQuantizer
{
    // Vectors of any length fill a padded row.
    private const int Padding = 16;

    /// <summary>Quantises a matrix.</summary>
    /// <remarks>
    /// Int8: symmetric, codes -127 to 127. Int4: codes 0 to 15 with the zero point 8, <c>scale = max(max / 7, -min / 8)</c>, or with a zero point of each
    /// group, whose range then holds zero; the scale is rounded to <typeparamref name="T"/>, which the layer will multiply in. MXFP4: the power of two that
    /// brings the largest magnitude to 4 up to 8, of which what is above 6 is cut. A row or group of zeros has the scale 0.
    /// </remarks>
    /// <typeparam name="T">Element type of weights and layer: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="weights">[N, K], finite.</param>
    /// <param name="rows">N, a positive multiple of 8.</param>
    /// <param name="columns">K, a positive multiple of 8 and of the group size.</param>
    /// <param name="options">Format and search.</param>
    /// <param name="columnWeights">
    /// [K], what a column's squared error counts with <see cref="ScaleSearch.MeanSquaredError"/>: the mean square of the activations it multiplies. Empty: all alike.
    /// </param>
    /// <param name="maxDegreeOfParallelism">Most threads at once; -1 for as many as there are processors.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a weight is NaN or infinite; the message names row and column.</exception>
    public static QuantizedMatrix Quantize<T>(
        ReadOnlySpan<T> weights, int rows, int columns, QuantizationOptions options, ReadOnlySpan<float> columnWeights = default, int maxDegreeOfParallelism = -1)
        where T : unmanaged => Quantize(weights, rows, columns, options, columnWeights, maxDegreeOfParallelism, nameof(weights));

    /// <summary>As the public one, with what messages call the weights.</summary>
    internal static unsafe QuantizedMatrix Quantize<T>(
        ReadOnlySpan<T> weights, int rows, int columns, QuantizationOptions options, ReadOnlySpan<float> columnWeights, int maxDegreeOfParallelism, string name)
        where T : unmanaged
    {
        WeightQuantizerChecks.CheckSearch(options);
        WeightQuantizerChecks.Check(weights, rows, columns, options, columnWeights, name);
        int group = options.GroupOf(columns);
        int padded = (columns + Padding - 1) / Padding * Padding;
        var importance = new float[padded];
        importance.AsSpan(0, columns).Fill(1);
        columnWeights.CopyTo(importance);
        var target = new QuantizedArrays(options, rows, columns);
        var search = new GroupSearch<T>(options);
        fixed (T* start = weights)
        {
            var pinned = new PinnedSpan<T>(start, weights.Length);
            WorkLoop.Run<float>(rows, 3 * padded, maxDegreeOfParallelism, (row, scratch) =>
            {
                Span<float> wide = scratch.AsSpan(0, padded);
                wide[columns..].Clear();
                ElementConversion.Widen(pinned.Span.Slice((int)row * columns, columns), wide[..columns]);
                int length = options.Format == WeightFormat.Int8PerChannel ? padded : group;
                for (int first = 0; first < columns; first += group)
                {
                    Span<float> snapped = scratch.AsSpan(padded, length);
                    ReadOnlySpan<float> values = wide.Slice(first, length);
                    GroupScale scale = search.Find(values, group, importance.AsSpan(first, length), scratch.AsSpan(2 * padded, length));
                    search.Snap(values, scale, snapped);
                    target.Store((int)row, first, scale, snapped[..group]);
                }
            });
        }

        return target.ToMatrix();
    }

    /// <summary>The weights that codes and scales stand for, rounded as the layer rounds them: [N, K].</summary>
    /// <typeparam name="T">The layer's element type.</typeparam>
    /// <param name="matrix">Codes and scales.</param>
    /// <exception cref="ArgumentException">The matrix has more elements than an array holds.</exception>
    public static float[] Dequantize<T>(QuantizedMatrix matrix)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(matrix);
        long elements = (long)matrix.Rows * matrix.Columns;
        if (elements > Array.MaxLength)
        {
            throw new ArgumentException($"matrix has {elements} elements; allowed are {Array.MaxLength}.", nameof(matrix));
        }

        var weights = new float[elements];
        QuantizedRows.Load<T, float>(matrix, 0, weights);
        for (int row = 0; row < matrix.Rows && matrix.Format == WeightFormat.Int8PerChannel; row++)
        {
            Span<float> values = weights.AsSpan(row * matrix.Columns, matrix.Columns);
            TensorPrimitives.Multiply(values, matrix.Scales.Span[row], values);
        }

        return weights;
    }
}
