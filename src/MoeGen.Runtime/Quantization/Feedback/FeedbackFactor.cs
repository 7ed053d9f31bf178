using System.Numerics.Tensors;

namespace MoeGen;

/// <summary>
/// Second moments M of activations as sums of squares, column by column: <c>e M e^T = sum over i of weight(i) * (e(i) + sum over j below i of e(j) * row(i)[j])^2</c>
/// for a row e of weights' errors. A column chosen after the ones before it can so make good what they have done.
/// </summary>
internal sealed class FeedbackFactor
{
    private const int Panel = 64;

    private readonly float[][] _rows;

    private FeedbackFactor(float[][] rows, float[] weights) => (_rows, Weights) = (rows, weights);

    /// <summary>What is left of a column's square beside the columns after it.</summary>
    public ReadOnlyMemory<float> Weights { get; }

    /// <summary>How the errors of columns 0 to i - 1 act on column i.</summary>
    public ReadOnlySpan<float> Row(int column) => _rows[column].AsSpan(0, column);

    /// <summary>Factorises from the last column to the first: a Cholesky factorisation in reverse.</summary>
    /// <param name="triangle">The lower triangle of M, positive definite; overwritten.</param>
    /// <param name="maxDegreeOfParallelism">Most threads at once; the result does not depend on them.</param>
    public static FeedbackFactor Of(float[][] triangle, int maxDegreeOfParallelism)
    {
        int columns = triangle.Length;
        var weights = new float[columns];
        for (int end = columns; end > 0; end -= Panel)
        {
            // Rows of a panel take the columns after the panel, each by itself, then those of the panel one after the other.
            int first = Math.Max(end - Panel, 0);
            int after = end;
            WorkLoop.Run<float>(end - first, columns, maxDegreeOfParallelism, (i, scratch) =>
            {
                for (int pivot = columns - 1; pivot >= after; pivot--)
                {
                    Subtract(triangle[first + i], triangle[pivot], weights[pivot], scratch);
                }
            });
            FactorisePanel(triangle, weights, first, end);
        }

        return new FeedbackFactor(triangle, weights);
    }

    private static void FactorisePanel(float[][] triangle, float[] weights, int first, int end)
    {
        var scratch = new float[end];
        for (int pivot = end - 1; pivot >= first; pivot--)
        {
            // Damping keeps it from zero; rounding may not.
            float[] line = triangle[pivot];
            weights[pivot] = Math.Max(line[pivot], 1e-6f);
            TensorPrimitives.Divide(line.AsSpan(0, pivot), weights[pivot], line);
            for (int i = first; i < pivot; i++)
            {
                Subtract(triangle[i], line, weights[pivot], scratch);
            }
        }
    }

    private static void Subtract(float[] row, float[] pivot, float weight, float[] scratch)
    {
        Span<float> product = scratch.AsSpan(0, row.Length);
        TensorPrimitives.Multiply(pivot.AsSpan(0, row.Length), weight * pivot[row.Length - 1], product);
        TensorPrimitives.Subtract(row, product, row);
    }
}
