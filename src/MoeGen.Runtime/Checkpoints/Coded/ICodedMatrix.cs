namespace MoeGen.Checkpoints;

/// <summary>A stored matrix of codes and scales, read in the form of <see cref="QuantizedMatrix"/>.</summary>
internal interface ICodedMatrix
{
    /// <summary>How a weight is coded.</summary>
    WeightFormat Format { get; }

    /// <summary>Elements along a row that share a scale.</summary>
    int StoredGroup { get; }

    /// <summary>Whether zero points are stored.</summary>
    bool HasZeroPoints { get; }

    /// <summary>Reads a part's codes: bytes, or two codes a byte with the even column in the low half.</summary>
    /// <param name="firstRow">First row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="firstColumn">First column, a multiple of 8.</param>
    /// <param name="columns">Columns, a multiple of 8.</param>
    /// <param name="destination">Row r of the part goes to <paramref name="stride"/> * r.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    void ReadCodes(int firstRow, int rows, int firstColumn, int columns, Span<byte> destination, int stride);

    /// <summary>Reads the scales of whole rows: [rows, columns / group].</summary>
    void ReadScales(int firstRow, int rows, Span<float> destination);

    /// <summary>Reads the zero points of whole rows, 0 to 15: [rows, columns / group].</summary>
    void ReadZeroPoints(int firstRow, int rows, Span<byte> destination);
}
