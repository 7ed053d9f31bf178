using MoeGen.Checkpoints;

namespace MoeGen.Cli.Quantizing;

/// <summary>A layer that is quantised as a whole, and its codes matrix by matrix as the checkpoint has them.</summary>
/// <param name="layer">The layer.</param>
/// <param name="fc1">fc1 of each expert of the block, in 4 bits.</param>
/// <param name="fc2">fc2 of each.</param>
/// <param name="rows">Activated rows that fc2 of each was quantised by.</param>
internal sealed class LayerCodes(LayerPlan layer, IReadOnlyList<QuantizedMatrix> fc1, IReadOnlyList<QuantizedMatrix> fc2, IReadOnlyList<int> rows)
{
    /// <summary>Whether an expert had too few rows.</summary>
    public bool FallsBack(int expert) => layer.SlicesOf(expert).Any(slice => rows[slice] < ColumnMoments.FewestRows);

    /// <summary>The codes of a matrix: of the experts' matrices, what lies within it.</summary>
    public QuantizedMatrix Of(ModuleJob job)
    {
        QuantizedMatrix any = fc1[0];
        (MatrixPart part, int group) = (job.Part, any.GroupSize);
        var codes = new byte[(long)part.Rows * part.Columns / 2];
        var scales = new float[(long)part.Rows * (part.Columns / group)];
        var zeros = new byte[any.ZeroPoints.IsEmpty ? 0 : scales.Length];
        foreach (int slice in layer.SlicesOf(job.Expert))
        {
            ExpertMatrices source = layer.Block.Stored.Experts[slice];
            int firstRow = 0;
            foreach (MatrixPart of in source.Fc1)
            {
                Copy(fc1[slice], of, firstRow);
                firstRow += of.Rows;
            }

            Copy(fc2[slice], source.Fc2, 0);
        }

        return QuantizedMatrix.Int4(part.Rows, part.Columns, group, codes, scales, zeros);

        // `matrix` holds `window` of the source from `firstRow` on. Windows begin where groups do.
        void Copy(QuantizedMatrix matrix, MatrixPart window, int firstRow)
        {
            if (window.Source.Tensor.Name != part.Source.Tensor.Name)
            {
                return;
            }

            int first = Math.Max(window.FirstRow, part.FirstRow), end = Math.Min(window.FirstRow + window.StoredRows, part.FirstRow + part.StoredRows);
            int from = window.FirstColumn - part.FirstColumn, groups = window.StoredColumns / group;
            for (int row = first; row < end; row++)
            {
                int there = firstRow + row - window.FirstRow, here = row - part.FirstRow;
                int source = there * matrix.GroupsPerRow, target = (here * (part.Columns / group)) + (from / group);
                matrix.Codes.Span.Slice(source * group / 2, groups * group / 2).CopyTo(codes.AsSpan(target * group / 2));
                matrix.Scales.Span.Slice(source, groups).CopyTo(scales.AsSpan(target));
                if (zeros.Length > 0)
                {
                    matrix.ZeroPoints.Span.Slice(source, groups).CopyTo(zeros.AsSpan(target));
                }
            }
        }
    }
}
