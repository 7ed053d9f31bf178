using System.Runtime.CompilerServices;

namespace MoeGen.Checkpoints;

/// <summary>
/// [rows, columns] in MXFP4 at an offset of two tensors: blocks of 32 values of 4 bits, 16 bytes with the even value in the low half, and a
/// byte of exponent for each.
/// </summary>
internal sealed class Mxfp4Matrix(
    SafetensorsCheckpoint tensors, SafetensorsTensor blocks, SafetensorsTensor scales, long firstBlock, int rows, int columns)
    : StoredMatrix(blocks, rows, columns)
{
    private const int ChunkBlocks = 32;

    private readonly int _rowBlocks = columns / Mxfp4Elements.BlockValues;

    public override bool IsStoredAs<T>() => false;

    [SkipLocalsInit]
    public override void Read<T>(int firstRow, int rows, int firstColumn, int columns, Span<T> destination, int stride)
    {
        Span<float> values = stackalloc float[ChunkBlocks * Mxfp4Elements.BlockValues];
        for (int row = 0; row < rows; row++)
        {
            long block = firstBlock + ((long)(firstRow + row) * _rowBlocks);
            ReadOnlySpan<byte> bytes = tensors.GetBytes(Tensor.Name, block * Mxfp4Elements.BlockBytes, _rowBlocks * Mxfp4Elements.BlockBytes).Span;
            ReadOnlySpan<byte> exponents = tensors.GetBytes(scales.Name, block, _rowBlocks).Span;
            Span<T> to = destination.Slice(row * stride, columns);
            for (int column = 0; column < columns;)
            {
                int index = (firstColumn + column) / Mxfp4Elements.BlockValues;
                int skipped = (firstColumn + column) % Mxfp4Elements.BlockValues;
                int count = Math.Min(ChunkBlocks, _rowBlocks - index);
                int length = Math.Min((count * Mxfp4Elements.BlockValues) - skipped, columns - column);
                Mxfp4Elements.Decode(bytes[(index * Mxfp4Elements.BlockBytes)..], exponents.Slice(index, count), values);
                ElementConversion.Narrow<T, float>(values.Slice(skipped, length), to.Slice(column, length));
                column += length;
            }
        }
    }
}
