using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MoeGen.Checkpoints;

/// <summary>[rows, columns] stored as [columns, rows], BF16, F16 or F32, at an offset of a tensor.</summary>
internal sealed class TransposedMatrix(SafetensorsCheckpoint tensors, SafetensorsTensor tensor, long firstElement, int rows, int columns)
    : StoredMatrix(tensor, rows, columns)
{
    // Lines of the file that are transposed together: within the second cache, and two cache lines of each row of the result at the least.
    private const int TileBytes = 3 << 18;
    private const int MaxTileLines = 128;
    private const int MinTileLines = 64;

    // Elements between lines of a tile, so that lines whose length is a power of two do not share few places of a cache.
    private const int Gap = 32;

    // Mapped at a time: the file's reader counts in 31 bits.
    private const int MaxBytes = 1 << 30;

    private readonly int _elementBytes = tensor.Dtype.Bits() / 8;

    public override bool IsStoredAs<T>() => Tensor.Dtype.IsReadableAs<T>();

    public override void Read<T>(int firstRow, int rows, int firstColumn, int columns, Span<T> destination, int stride)
    {
        int tileRows = Math.Min(rows, (TileBytes / Unsafe.SizeOf<T>() / MinTileLines) - Gap);
        int tileStride = tileRows + Gap;
        int lines = Math.Clamp(TileBytes / Unsafe.SizeOf<T>() / tileStride / Gap * Gap, 1, MaxTileLines);
        int step = (int)Math.Clamp(MaxBytes / ((long)Rows * _elementBytes), 1, Math.Min(lines, columns));
        bool isLarge = (long)rows * stride * Unsafe.SizeOf<T>() >= LargeBytes;
        byte[] buffer = ArrayPool<byte>.Shared.Rent((step * tileStride * Unsafe.SizeOf<T>()) + CacheLine.Bytes);
        Span<T> tile = MemoryMarshal.Cast<byte, T>(buffer.AsSpan(CacheLine.First<byte>(buffer)));
        for (int row = 0; row < rows; row += tileRows)
        {
            int count = Math.Min(tileRows, rows - row);
            for (int column = 0; column < columns; column += step)
            {
                int tileColumns = Math.Min(step, columns - column);
                ReadTile(firstRow + row, count, firstColumn + column, tileColumns, tile, tileStride);
                TileTranspose.Run(tile, tileStride, count, tileColumns, destination[((row * stride) + column)..], stride, isLarge);
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    // Line by line in the file's order: where they are taken whole, it is one piece of the file.
    private void ReadTile<T>(int firstRow, int rows, int firstColumn, int columns, Span<T> tile, int tileStride)
        where T : unmanaged
    {
        long first = firstElement + ((long)firstColumn * Rows) + firstRow;
        long length = ((long)(columns - 1) * Rows) + rows;
        ReadOnlySpan<byte> lines = tensors.GetBytes(Tensor.Name, first * _elementBytes, checked((int)(length * _elementBytes))).Span;
        for (int c = 0; c < columns; c++)
        {
            StoredElements.Convert(Tensor.Dtype, lines.Slice(c * Rows * _elementBytes, rows * _elementBytes), tile.Slice(c * tileStride, rows));
        }
    }
}
