namespace MoeGen.Property.Tests;

/// <summary>What checked outputs held, so that a run of nothing but zeros shows.</summary>
/// <param name="Numbers">Rows of numbers that are not all zero.</param>
/// <param name="Zeros">Rows of zeros.</param>
/// <param name="NonFinite">Rows with NaN or infinity.</param>
internal readonly record struct RowCounts(int Numbers, int Zeros, int NonFinite)
{
    public static RowCounts Of(double[] expected, int hidden)
    {
        double[][] rows = [.. expected.Chunk(hidden)];
        int nonFinite = rows.Count(row => !row.All(double.IsFinite));
        int zeros = rows.Count(row => row.All(value => value == 0));
        return new RowCounts(rows.Length - nonFinite - zeros, zeros, nonFinite);
    }

    public static RowCounts operator +(RowCounts left, RowCounts right) =>
        new(left.Numbers + right.Numbers, left.Zeros + right.Zeros, left.NonFinite + right.NonFinite);
}
