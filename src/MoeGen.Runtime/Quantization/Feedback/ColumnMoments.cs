using System.Numerics.Tensors;

namespace MoeGen;

/// <summary>
/// Second moments of columns, estimated from few rows: products of different columns are drawn towards none, and squares towards their mean, by as
/// much as they would differ from it by chance alone (James and Stein's shrinkage: the variance of the estimates over their squares).
/// </summary>
internal static class ColumnMoments
{
    /// <summary>Fewest rows that say anything; with less, all columns are alike.</summary>
    public const int FewestRows = 2;

    // Of the mean square, added to each square: the least that an error counts.
    private const double Damping = 0.01;

    /// <summary>The lower triangle, row i with the products of columns 0 to i; in proportion to the mean square.</summary>
    /// <param name="rows">Finite rows, K columns each; none where nothing is known: then all columns are alike.</param>
    /// <param name="columns">K.</param>
    /// <param name="maxDegreeOfParallelism">Most threads at once; the result does not depend on them.</param>
    public static float[][] Estimate(IReadOnlyList<float[]> rows, int columns, int maxDegreeOfParallelism)
    {
        var triangle = new float[columns][];
        double[] squares = Squares(rows, columns, out double mean);
        if (mean == 0)
        {
            return [.. Enumerable.Range(0, columns).Select(i => Unit(i))];
        }

        // Columns as rows, with the mean square 1: then a product is a correlation.
        float[][] unit = [.. Enumerable.Range(0, columns).Select(i => Column(rows, i, squares[i]))];
        WorkLoop.Run<float>(columns, 0, maxDegreeOfParallelism, (i, _) =>
        {
            var line = new float[i + 1];
            for (int j = 0; j < i; j++)
            {
                line[j] = TensorPrimitives.Dot<float>(unit[i], unit[j]) / rows.Count;
            }

            triangle[i] = line;
        });

        double keptProducts = 1 - ProductShrinkage(triangle, unit, rows.Count);
        double keptSquares = 1 - SquareShrinkage(squares, mean, unit, rows.Count);
        double[] drawn = Array.ConvertAll(squares, square => (keptSquares * ((square / mean) - 1)) + 1);
        for (int i = 0; i < columns; i++)
        {
            for (int j = 0; j < i; j++)
            {
                triangle[i][j] = (float)(keptProducts * triangle[i][j] * Math.Sqrt(drawn[i] * drawn[j]));
            }

            triangle[i][i] = (float)(drawn[i] + Damping);
        }

        return triangle;
    }

    private static float[] Unit(int i)
    {
        var line = new float[i + 1];
        line[i] = 1;
        return line;
    }

    private static double[] Squares(IReadOnlyList<float[]> rows, int columns, out double mean)
    {
        var squares = new double[columns];
        foreach (float[] row in rows)
        {
            for (int i = 0; i < columns; i++)
            {
                squares[i] += (double)row[i] * row[i] / rows.Count;
            }
        }

        mean = squares.Average();
        return squares;
    }

    private static float[] Column(IReadOnlyList<float[]> rows, int column, double square)
    {
        double factor = square > 0 ? 1 / Math.Sqrt(square) : 0;
        var values = new float[rows.Count];
        for (int row = 0; row < values.Length; row++)
        {
            values[row] = (float)(rows[row][column] * factor);
        }

        return values;
    }

    // The summed variance of all products' estimates over their summed squares: the sum over pairs of z_i^2 z_j^2 of a row is (sum of z_i^2)^2 less the fourth powers.
    private static double ProductShrinkage(float[][] triangle, float[][] unit, int count)
    {
        double products = triangle.Sum(line => 2.0 * TensorPrimitives.SumOfSquares<float>(line));
        double pairs = 0;
        for (int row = 0; row < count; row++)
        {
            (double squares, double fourths) = (0, 0);
            foreach (float[] column in unit)
            {
                double square = (double)column[row] * column[row];
                squares += square;
                fourths += square * square;
            }

            pairs += ((squares * squares) - fourths) / count;
        }

        return Part(pairs - products, products, count);
    }

    private static double SquareShrinkage(double[] squares, double mean, float[][] unit, int count)
    {
        (double spread, double variance) = (0, 0);
        for (int i = 0; i < squares.Length; i++)
        {
            double relative = squares[i] / mean;
            double fourth = unit[i].Sum(value => (double)value * value * value * value) / count;
            spread += (relative - 1) * (relative - 1);
            variance += relative * relative * (fourth - 1);
        }

        return Part(variance, spread, count);
    }

    // Nothing is known of chance from one row.
    private static double Part(double variance, double estimates, int count) =>
        count < FewestRows || variance >= estimates * (count - 1) ? 1 : Math.Max(variance / (count - 1) / estimates, 0);
}
