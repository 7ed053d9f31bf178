namespace MoeGen.Checkpoints;

/// <content>The codes and scales as they are.</content>
internal sealed partial class Mxfp4Matrix : ICodedMatrix
{
    public WeightFormat Format => WeightFormat.Mxfp4;

    public int StoredGroup => Mxfp4Elements.BlockValues;

    public bool HasZeroPoints => false;

    public override int BitsPerElement => 4;

    public void ReadCodes(int firstRow, int rows, int firstColumn, int columns, Span<byte> destination, int stride)
    {
        for (int row = 0; row < rows; row++)
        {
            long first = (((firstBlock + ((long)(firstRow + row) * _rowBlocks)) * Mxfp4Elements.BlockValues) + firstColumn) / 2;
            tensors.GetBytes(Tensor.Name, first, columns / 2).Span.CopyTo(destination[(row * stride)..]);
        }
    }

    // 2^-127 is no normal number; with values up to 6 it is nothing beside any other block, and taken as 0.
    public void ReadScales(int firstRow, int rows, Span<float> destination)
    {
        ReadOnlySpan<byte> exponents = tensors.GetBytes(scales.Name, firstBlock + ((long)firstRow * _rowBlocks), rows * _rowBlocks).Span;
        for (int i = 0; i < exponents.Length; i++)
        {
            destination[i] = exponents[i] == 255
                ? throw new CheckpointException(
                    $"{tensors.PathOf(scales.Name)}: tensor {scales} has exponent 255, which is NaN, for block {i % _rowBlocks} of row {firstRow + (i / _rowBlocks)} of an expert; allowed are 0 to 254.")
                : BitConverter.UInt32BitsToSingle((uint)exponents[i] << 23);
        }
    }

    public void ReadZeroPoints(int firstRow, int rows, Span<byte> destination) => destination[..(rows * _rowBlocks)].Clear();
}
