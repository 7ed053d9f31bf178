using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MoeGen.Checkpoints;

/// <summary>[rows, columns] stored as [columns, rows], BF16, F16 or F32, at an offset of a tensor.</summary>
internal sealed class TransposedMatrix(SafetensorsCheckpoint tensors, SafetensorsTensor tensor, long firstElement, int rows, int columns)
    : StoredMatrix(tensor, rows, columns)
{
    // A tile: whole cache lines on both sides, and few enough of them for the second cache.
    private const int TileColumns = 128;
    private const int TileRows = 64;

    // Mapped at a time: the file's reader counts in 31 bits.
    private const int MaxBytes = 1 << 30;

    private readonly int _elementBytes = tensor.Dtype.Bits() / 8;

    public override bool IsStoredAs<T>() => Tensor.Dtype.IsReadableAs<T>();

    public override void Read<T>(int firstRow, int rows, int firstColumn, int columns, Span<T> destination, int stride)
    {
        int step = (int)Math.Clamp(MaxBytes / ((long)Rows * _elementBytes), 1, TileColumns);
        for (int column = 0; column < columns; column += step)
        {
            int tileColumns = Math.Min(step, columns - column);

            // These stored lines, from one end of the rows to the other.
            long first = firstElement + ((long)(firstColumn + column) * Rows) + firstRow;
            long length = ((long)(tileColumns - 1) * Rows) + rows;
            ReadOnlySpan<byte> lines = tensors.GetBytes(Tensor.Name, first * _elementBytes, checked((int)(length * _elementBytes))).Span;
            for (int row = 0; row < rows; row += TileRows)
            {
                int tileRows = Math.Min(TileRows, rows - row);
                ReadTile(lines[(row * _elementBytes)..], tileRows, tileColumns, destination[((row * stride) + column)..], stride);
            }
        }
    }

    [SkipLocalsInit]
    private void ReadTile<T>(ReadOnlySpan<byte> lines, int rows, int columns, Span<T> destination, int stride)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() == 2 && IsStoredAs<T>())
        {
            // Vectors go across the lines where they lie.
            TileTranspose.Run(MemoryMarshal.Cast<byte, T>(lines), Rows, rows, columns, destination, stride);
            return;
        }

        Span<T> tile = stackalloc T[TileRows * TileColumns];
        for (int c = 0; c < columns; c++)
        {
            StoredElements.Convert(Tensor.Dtype, lines.Slice(c * Rows * _elementBytes, rows * _elementBytes), tile.Slice(c * TileRows, rows));
        }

        TileTranspose.Run(tile, TileRows, rows, columns, destination, stride);
    }
}
