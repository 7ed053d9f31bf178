namespace MoeGen.Checkpoints;

/// <summary>A window of a stored matrix, which may reach beyond what there is: zeros stand there.</summary>
/// <param name="Source">The stored matrix.</param>
/// <param name="FirstRow">Its row that is row 0 here.</param>
/// <param name="FirstColumn">Its column that is column 0 here.</param>
/// <param name="StoredRows">Rows that are stored, at most <paramref name="Rows"/>.</param>
/// <param name="StoredColumns">Columns that are stored, at most <paramref name="Columns"/>.</param>
/// <param name="Rows">Rows of the window.</param>
/// <param name="Columns">Columns of the window.</param>
internal sealed record MatrixPart(StoredMatrix Source, int FirstRow, int FirstColumn, int StoredRows, int StoredColumns, int Rows, int Columns)
{
    public long Elements => (long)Rows * Columns;

    /// <summary>Bytes of the file behind it.</summary>
    public long StoredBytes => (long)StoredRows * StoredColumns * Source.BitsPerElement / 8;

    public static MatrixPart Whole(StoredMatrix source) => new(source, 0, 0, source.Rows, source.Columns, source.Rows, source.Columns);

    /// <summary>Some rows where they lie in the file one after the other as <typeparamref name="T"/>; otherwise empty.</summary>
    public ReadOnlyMemory<T> Map<T>(int firstRow, int rows)
        where T : unmanaged => firstRow + rows <= StoredRows && Columns == Source.Columns && StoredColumns == Columns
            ? Source.Map<T>(FirstRow + firstRow, rows)
            : default;

    /// <summary>Reads rows, one after the other.</summary>
    public void Read<T>(int firstRow, int rows, Span<T> destination)
        where T : unmanaged
    {
        int stored = Math.Clamp(StoredRows - firstRow, 0, rows);
        if (stored > 0)
        {
            Source.Read(FirstRow + firstRow, stored, FirstColumn, StoredColumns, destination, Columns);
        }

        for (int row = 0; StoredColumns < Columns && row < stored; row++)
        {
            destination[((row * Columns) + StoredColumns)..((row + 1) * Columns)].Clear();
        }

        destination[(stored * Columns)..(rows * Columns)].Clear();
    }
}
