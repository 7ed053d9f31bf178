using System.Numerics.Tensors;

namespace MoeGen;

/// <summary>
/// Quantises with error feedback, column after column: each takes the code that makes the error of the outputs smallest beside the columns before it.
/// A group's scale is searched for where those have moved its weights, then refined by least squares for the codes that it leads to.
/// </summary>
internal sealed class FeedbackQuantizer<T>(QuantizationOptions options, FeedbackFactor factor)
    where T : unmanaged
{
    private const int MostRounds = 4;

    private readonly GroupSearch<T> _search = new(options with { Search = ScaleSearch.MeanSquaredError });

    /// <summary>Quantises a matrix, row by row on several threads; the result does not depend on their number.</summary>
    public unsafe QuantizedMatrix Quantize(ReadOnlySpan<T> weights, int rows, int columns, int maxDegreeOfParallelism, string name)
    {
        WeightQuantizerChecks.Check(weights, rows, columns, options, default, name);
        int group = options.GroupOf(columns);
        var target = new QuantizedArrays(options, rows, columns);
        fixed (T* start = weights)
        {
            var pinned = new PinnedSpan<T>(start, weights.Length);
            WorkLoop.Run<float>(rows, (2 * columns) + (4 * group), maxDegreeOfParallelism, (row, scratch) =>
            {
                Span<float> wide = scratch.AsSpan(0, columns);
                Span<float> errors = scratch.AsSpan(columns, columns);
                Span<float> snapped = scratch.AsSpan(2 * columns, group);
                ElementConversion.Widen(pinned.Span.Slice((int)row * columns, columns), wide);
                for (int first = 0; first < columns; first += group)
                {
                    GroupScale scale = QuantizeGroup(wide.Slice(first, group), errors[..first], snapped, scratch.AsSpan((2 * columns) + group));
                    target.Store((int)row, first, scale, snapped);
                    TensorPrimitives.Multiply(snapped, scale.IsZero ? 0 : -scale.Scale, errors.Slice(first, group));
                    TensorPrimitives.Add(errors.Slice(first, group), wide.Slice(first, group), errors.Slice(first, group));
                }
            });
        }

        return target.ToMatrix();
    }

    private GroupScale QuantizeGroup(ReadOnlySpan<float> weights, ReadOnlySpan<float> errors, Span<float> best, Span<float> scratch)
    {
        int group = weights.Length;
        int first = errors.Length;
        Span<float> moved = scratch[..group];
        Span<float> whole = scratch.Slice(group, group);
        Span<float> snapped = scratch.Slice(2 * group, group);
        for (int i = 0; i < group; i++)
        {
            // By the groups before this one; then as if all of this one became zero.
            ReadOnlySpan<float> row = factor.Row(first + i);
            moved[i] = weights[i] + TensorPrimitives.Dot(errors, row[..first]);
            whole[i] = moved[i] + TensorPrimitives.Dot(weights[..i], row[first..]);
        }

        GroupScale scale = _search.Find(moved, group, factor.Weights.Span.Slice(first, group), snapped);
        if (scale.IsZero)
        {
            best.Clear();
            return scale;
        }

        double least = Round(whole, first, scale, best, out float refit);
        for (int round = 0; round < MostRounds; round++)
        {
            GroupScale other = _search.WithScale(scale, refit);
            if (other == scale || other.IsZero || !(Round(whole, first, other, snapped, out refit) is var error && error < least))
            {
                break;
            }

            (scale, least) = (other, error);
            snapped.CopyTo(best);
        }

        return scale;
    }

    // The error of the group, its codes, and the scale that would be best for them.
    private double Round(ReadOnlySpan<float> whole, int first, GroupScale scale, Span<float> snapped, out float refit)
    {
        ReadOnlySpan<float> importance = factor.Weights.Span.Slice(first, whole.Length);
        (double error, double products, double squares) = (0, 0, 0);
        for (int i = 0; i < whole.Length; i++)
        {
            float before = TensorPrimitives.Dot(snapped[..i], factor.Row(first + i)[first..]);
            snapped[i] = _search.Nearest((whole[i] / scale.Scale) - before, scale);
            float spread = snapped[i] + before;
            double difference = whole[i] - ((double)scale.Scale * spread);
            error += importance[i] * difference * difference;
            products += (double)importance[i] * whole[i] * spread;
            squares += (double)importance[i] * spread * spread;
        }

        refit = (float)(products / squares);
        return error;
    }
}
