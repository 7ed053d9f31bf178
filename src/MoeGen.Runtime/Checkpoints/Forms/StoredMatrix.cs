namespace MoeGen.Checkpoints;

/// <summary>A matrix of a checkpoint in some stored form, read a few rows at a time as elements of a layer.</summary>
internal abstract class StoredMatrix(SafetensorsTensor tensor, int rows, int columns)
{
    /// <summary>The tensor that holds it, perhaps with others.</summary>
    public SafetensorsTensor Tensor { get; } = tensor;

    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    /// <summary>Bytes of the file that make up these elements, without scales.</summary>
    public long StoredBytes => (long)Rows * Columns * BitsPerElement / 8;

    /// <summary>Bits of the file behind an element, without scales.</summary>
    public virtual int BitsPerElement => Tensor.Dtype.Bits();

    /// <summary>Of a destination so large that no cache keeps it: it is written past them, where there is a way.</summary>
    protected const int LargeBytes = 4 << 20;

    /// <summary>Whether elements are taken bit for bit, so that nothing is converted.</summary>
    public abstract bool IsStoredAs<T>()
        where T : unmanaged;

    /// <summary>Some rows where they lie in the file one after the other as <typeparamref name="T"/>; otherwise empty.</summary>
    public virtual ReadOnlyMemory<T> Map<T>(int firstRow, int rows)
        where T : unmanaged => default;

    /// <summary>Reads a part; what is not stored as <typeparamref name="T"/> is rounded once to nearest.</summary>
    /// <param name="firstRow">First row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="firstColumn">First column.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="destination">Row r of the part goes to <paramref name="stride"/> * r.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    public abstract void Read<T>(int firstRow, int rows, int firstColumn, int columns, Span<T> destination, int stride)
        where T : unmanaged;

    /// <summary>All of it as floats; for what is small.</summary>
    public float[] ToSingles(string folder)
    {
        long elements = (long)Rows * Columns;
        if (elements > Array.MaxLength)
        {
            throw new CheckpointException($"{folder}: tensor {Tensor} has {elements} elements; allowed are at most {Array.MaxLength}.");
        }

        var values = new float[elements];
        Read<float>(0, Rows, 0, Columns, values, Columns);
        return values;
    }
}
