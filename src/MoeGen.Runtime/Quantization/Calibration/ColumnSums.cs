namespace MoeGen;

/// <summary>Sums of squares and largest magnitudes of columns, row by row.</summary>
internal sealed class ColumnSums(int columns)
{
    private readonly double[] _squares = new double[columns];
    private readonly float[] _most = new float[columns];

    public int Rows { get; private set; }

    public void Add(ReadOnlySpan<double> row)
    {
        Rows++;
        for (int i = 0; i < _squares.Length; i++)
        {
            _squares[i] += row[i] * row[i];
            _most[i] = Math.Max(_most[i], (float)Math.Abs(row[i]));
        }
    }

    public ColumnStatistics ToStatistics() => new(
        Rows, Array.ConvertAll(_squares, sum => Rows == 0 ? 0 : (float)Math.Min(sum / Rows, float.MaxValue)), _most.AsSpan().ToArray());
}
