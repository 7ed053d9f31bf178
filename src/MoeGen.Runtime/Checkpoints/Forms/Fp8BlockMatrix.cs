using System.Runtime.CompilerServices;

namespace MoeGen.Checkpoints;

/// <summary>[rows, columns] of F8_E4M3, with a factor for each block of rows and columns: [rows / block, columns / block], rounded up.</summary>
internal sealed class Fp8BlockMatrix(
    SafetensorsCheckpoint tensors, SafetensorsTensor tensor, StoredMatrix factors, int blockRows, int blockColumns, int rows, int columns)
    : StoredMatrix(tensor, rows, columns)
{
    // Mapped at a time: the file's reader counts in 31 bits.
    private const int MaxBytes = 1 << 30;

    public override bool IsStoredAs<T>() => false;

    public override void Read<T>(int firstRow, int rows, int firstColumn, int columns, Span<T> destination, int stride)
    {
        bool isLarge = (long)rows * stride * Unsafe.SizeOf<T>() >= LargeBytes;
        var decoder = new Fp8RowDecoder<T>(factors, blockRows, blockColumns, isLarge);
        int step = Math.Max(1, MaxBytes / Columns);
        for (int row = 0; row < rows; row += step)
        {
            int count = Math.Min(step, rows - row);
            ReadOnlySpan<byte> mapped = tensors.GetBytes(Tensor.Name, (long)(firstRow + row) * Columns, count * Columns).Span;
            for (int r = 0; r < count; r++)
            {
                decoder.Decode(mapped.Slice((r * Columns) + firstColumn, columns), firstRow + row + r, firstColumn, destination.Slice((row + r) * stride, columns));
            }
        }

        CacheLine.Finish(isLarge);
    }
}
