using System.Runtime.CompilerServices;

namespace MoeGen.Checkpoints;

/// <summary>
/// [rows, columns] in MXFP4 at an offset of two tensors: blocks of 32 values of 4 bits, 16 bytes with the even value in the low half, and a
/// byte of exponent for each.
/// </summary>
internal sealed partial class Mxfp4Matrix(
    SafetensorsCheckpoint tensors, SafetensorsTensor blocks, SafetensorsTensor scales, long firstBlock, int rows, int columns)
    : StoredMatrix(blocks, rows, columns)
{
    // Mapped at a time: the file's reader counts in 31 bits.
    private const int MaxBytes = 1 << 30;

    private readonly int _rowBlocks = columns / Mxfp4Elements.BlockValues;

    public override bool IsStoredAs<T>() => false;

    public override void Read<T>(int firstRow, int rows, int firstColumn, int columns, Span<T> destination, int stride)
    {
        bool isLarge = (long)rows * stride * Unsafe.SizeOf<T>() >= LargeBytes;
        int rowBytes = _rowBlocks * Mxfp4Elements.BlockBytes;
        int step = Math.Max(1, MaxBytes / rowBytes);
        for (int row = 0; row < rows; row += step)
        {
            int count = Math.Min(step, rows - row);
            long block = firstBlock + ((long)(firstRow + row) * _rowBlocks);
            ReadOnlySpan<byte> bytes = tensors.GetBytes(Tensor.Name, block * Mxfp4Elements.BlockBytes, count * rowBytes).Span;
            ReadOnlySpan<byte> exponents = tensors.GetBytes(scales.Name, block, count * _rowBlocks).Span;
            for (int r = 0; r < count; r++)
            {
                ReadRow(bytes.Slice(r * rowBytes, rowBytes), exponents.Slice(r * _rowBlocks, _rowBlocks), firstColumn, destination.Slice((row + r) * stride, columns), isLarge);
            }
        }

        CacheLine.Finish(isLarge);
    }

    [SkipLocalsInit]
    private static void ReadRow<T>(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> exponents, int firstColumn, Span<T> destination, bool pastCaches)
        where T : unmanaged
    {
        Span<float> values = stackalloc float[Mxfp4Elements.BlockValues];
        for (int column = 0; column < destination.Length;)
        {
            (int index, int skipped) = Math.DivRem(firstColumn + column, Mxfp4Elements.BlockValues);
            if (Unsafe.SizeOf<T>() == 2 && skipped == 0 && destination.Length - column >= Mxfp4Elements.BlockValues)
            {
                ReadOnlySpan<byte> whole = exponents.Slice(index, (destination.Length - column) / Mxfp4Elements.BlockValues);
                Mxfp4Codes<T>.Decode(bytes[(index * Mxfp4Elements.BlockBytes)..], whole, destination[column..], pastCaches);
                column += whole.Length * Mxfp4Elements.BlockValues;
                continue;
            }

            int length = Math.Min(Mxfp4Elements.BlockValues - skipped, destination.Length - column);
            ReadOnlySpan<byte> block = bytes.Slice(index * Mxfp4Elements.BlockBytes, Mxfp4Elements.BlockBytes);
            Mxfp4Elements.Decode(block, exponents[index], values);
            ElementConversion.Narrow<T, float>(values.Slice(skipped, length), destination.Slice(column, length));
            column += length;
        }
    }
}
