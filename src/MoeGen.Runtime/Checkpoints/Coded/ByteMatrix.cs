namespace MoeGen.Checkpoints;

/// <summary>
/// 8-bit integers row by row: I8 [rows, columns] of two's complement, or I32 [rows, columns / 4] of pack-quantized, where a byte is the
/// number + 128.
/// </summary>
internal sealed class ByteMatrix(
    SafetensorsCheckpoint tensors, SafetensorsTensor tensor, StoredMatrix scales, IntegerScheme scheme, int rows, int columns)
    : IntegerMatrix(tensor, scales, null, scheme, rows, columns)
{
    // Source: compressed-tensors, compressors/pack_quantized/helpers.py: + 2^(bits - 1), then element j at bit 8 * j, so in order of bytes.
    private readonly byte _flip = (byte)(scheme.Packing == IntegerPacking.Packed ? 0x80 : 0);

    public override void ReadCodes(int firstRow, int rows, int firstColumn, int columns, Span<byte> destination, int stride)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<byte> to = destination.Slice(row * stride, columns);
            tensors.GetBytes(Tensor.Name, ((long)(firstRow + row) * Columns) + firstColumn, columns).Span.CopyTo(to);
            for (int i = 0; _flip != 0 && i < to.Length; i++)
            {
                to[i] ^= _flip;
            }
        }
    }
}
