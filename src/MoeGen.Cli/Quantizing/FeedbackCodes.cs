using MoeGen.Checkpoints;

namespace MoeGen.Cli.Quantizing;

/// <summary>Quantises a layer's matrices with error feedback, as the checkpoint has them.</summary>
/// <param name="layer">The layer.</param>
/// <param name="feedback">What its samples say.</param>
/// <param name="options">4 bits.</param>
internal sealed class FeedbackCodes<T>(LayerPlan layer, FeedbackMatrices<T> feedback, QuantizationOptions options)
    where T : unmanaged
{
    /// <summary>Quantises a matrix.</summary>
    /// <param name="job">Which.</param>
    /// <param name="weights">Its elements.</param>
    /// <exception cref="ArgumentException">A weight is NaN or infinite; the message names row and column.</exception>
    public QuantizedMatrix Quantize(ModuleJob job, T[] weights)
    {
        (MatrixPart part, int[] slices) = (job.Part, [.. layer.SlicesOf(job.Expert)]);

        // Every row is quantised by itself, so that it does not matter what other rows an expert's fc1 has.
        if (job.Role != ModuleRole.Down || slices.Length == 1)
        {
            FeedbackQuantizer<T> quantizer = job.Role == ModuleRole.Down ? feedback.Fc2(slices[0]) : feedback.Fc1;
            return quantizer.Quantize(weights, part.Rows, part.Columns, -1, nameof(weights));
        }

        WeightQuantizerChecks.Check<T>(weights, part.Rows, part.Columns, options, default, nameof(weights));
        return Join(part, [.. slices.Select(slice => Slice(slice, part, weights))]);
    }

    // A slice of a shared expert has activated rows of its own, and so its columns are quantised by themselves.
    private (int FirstColumn, QuantizedMatrix Matrix) Slice(int slice, MatrixPart part, T[] weights)
    {
        MatrixPart window = layer.Block.Stored.Experts[slice].Fc2;
        var own = new T[checked(window.Rows * window.Columns)];
        for (int row = 0; row < window.StoredRows; row++)
        {
            weights.AsSpan((row * part.Columns) + window.FirstColumn, window.StoredColumns).CopyTo(own.AsSpan(row * window.Columns));
        }

        return (window.FirstColumn, feedback.Fc2(slice).Quantize(own, window.Rows, window.Columns, -1, nameof(weights)));
    }

    // The columns of slices beside each other, but for those that the last one was filled up with. Slices begin where groups do.
    private static QuantizedMatrix Join(MatrixPart part, (int FirstColumn, QuantizedMatrix Matrix)[] slices)
    {
        QuantizedMatrix any = slices[0].Matrix;
        (int group, int groupsPerRow) = (any.GroupSize, part.Columns / any.GroupSize);
        var codes = new byte[(long)part.Rows * part.Columns / 2];
        var scales = new float[(long)part.Rows * groupsPerRow];
        var zeros = new byte[any.ZeroPoints.IsEmpty ? 0 : scales.Length];
        foreach ((int firstColumn, QuantizedMatrix matrix) in slices)
        {
            int groups = Math.Min(matrix.Columns, part.Columns - firstColumn) / group;
            for (int row = 0; row < part.Rows; row++)
            {
                int source = row * matrix.GroupsPerRow, target = (row * groupsPerRow) + (firstColumn / group);
                matrix.Codes.Span.Slice(source * group / 2, groups * group / 2).CopyTo(codes.AsSpan(target * group / 2));
                matrix.Scales.Span.Slice(source, groups).CopyTo(scales.AsSpan(target));
                if (zeros.Length > 0)
                {
                    matrix.ZeroPoints.Span.Slice(source, groups).CopyTo(zeros.AsSpan(target));
                }
            }
        }

        return QuantizedMatrix.Int4(part.Rows, part.Columns, group, codes, scales, zeros);
    }
}
