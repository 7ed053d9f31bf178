using System.Runtime.CompilerServices;

namespace MoeGen.Checkpoints;

/// <summary>[rows, columns] stored as [columns, rows], BF16, F16 or F32, at an offset of a tensor.</summary>
internal sealed class TransposedMatrix(SafetensorsCheckpoint tensors, SafetensorsTensor tensor, long firstElement, int rows, int columns)
    : StoredMatrix(tensor, rows, columns)
{
    // A tile of both sides stays in the first cache.
    private const int Tile = 64;

    // Mapped at a time: the file's reader counts in 31 bits.
    private const int MaxBytes = 1 << 30;

    private readonly int _elementBytes = tensor.Dtype.Bits() / 8;

    public override bool IsStoredAs<T>() => Tensor.Dtype.IsReadableAs<T>();

    [SkipLocalsInit]
    public override void Read<T>(int firstRow, int rows, int firstColumn, int columns, Span<T> destination, int stride)
    {
        Span<T> tile = stackalloc T[Tile * Tile];
        int step = (int)Math.Clamp(MaxBytes / ((long)Rows * _elementBytes), 1, Tile);
        for (int column = 0; column < columns; column += step)
        {
            int tileColumns = Math.Min(step, columns - column);

            // These stored lines, from one end of the rows to the other.
            long first = firstElement + ((long)(firstColumn + column) * Rows) + firstRow;
            long length = ((long)(tileColumns - 1) * Rows) + rows;
            ReadOnlySpan<byte> lines = tensors.GetBytes(Tensor.Name, first * _elementBytes, checked((int)(length * _elementBytes))).Span;
            for (int row = 0; row < rows; row += Tile)
            {
                int tileRows = Math.Min(Tile, rows - row);
                for (int c = 0; c < tileColumns; c++)
                {
                    StoredElements.Convert(
                        Tensor.Dtype, lines.Slice(((c * Rows) + row) * _elementBytes, tileRows * _elementBytes), tile.Slice(c * Tile, tileRows));
                }

                TileTranspose.Run(tile, Tile, tileRows, tileColumns, destination[((row * stride) + column)..], stride);
            }
        }
    }
}
