namespace MoeGen.Checkpoints;

/// <summary>4-bit integers row by row: I32 [rows, columns / 8] of pack-quantized.</summary>
internal sealed class NibbleMatrix(
    SafetensorsCheckpoint tensors, SafetensorsTensor tensor, StoredMatrix scales, PackedZeroPoints? zeroPoints, IntegerScheme scheme, int rows, int columns)
    : IntegerMatrix(tensor, scales, zeroPoints, scheme, rows, columns)
{
    // Source: compressed-tensors, compressors/pack_quantized/helpers.py: + 8, then element j at bit 4 * j: the form of QuantizedMatrix.
    public override void ReadCodes(int firstRow, int rows, int firstColumn, int columns, Span<byte> destination, int stride)
    {
        for (int row = 0; row < rows; row++)
        {
            long first = (((long)(firstRow + row) * Columns) + firstColumn) / 2;
            tensors.GetBytes(Tensor.Name, first, columns / 2).Span.CopyTo(destination[(row * stride)..]);
        }
    }
}
