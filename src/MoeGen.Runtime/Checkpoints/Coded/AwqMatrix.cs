using System.Runtime.InteropServices;

namespace MoeGen.Checkpoints;

/// <summary>4-bit integers of AWQ: I32 [columns, rows / 8].</summary>
internal sealed class AwqMatrix(
    SafetensorsCheckpoint tensors, SafetensorsTensor tensor, StoredMatrix scales, PackedZeroPoints? zeroPoints, IntegerScheme scheme, int rows, int columns)
    : IntegerMatrix(tensor, scales, zeroPoints, scheme, rows, columns)
{
    // Words of a cache line.
    private const int Tile = 16;

    /// <summary>Where in a word each of its eight rows is. Source: AutoAWQ, awq/utils/packing_utils.py: packed in the order 0, 2, 4, 6, 1, 3, 5, 7.</summary>
    public static ReadOnlySpan<byte> Places => [0, 4, 1, 5, 2, 6, 3, 7];

    public override void ReadCodes(int firstRow, int rows, int firstColumn, int columns, Span<byte> destination, int stride)
    {
        int words = Rows / 8;
        ReadOnlySpan<uint> all = MemoryMarshal.Cast<int, uint>(
            tensors.GetElements<int>(Tensor.Name, (long)firstColumn * words, checked(columns * words)).Span);
        int end = firstRow + rows;
        for (int word = firstRow / 8; word * 8 < end; word += Tile)
        {
            int last = Math.Min(Math.Min(word + Tile, words), (end + 7) / 8);
            for (int column = 0; column < columns; column += 2)
            {
                for (int w = word; w < last; w++)
                {
                    uint low = all[(column * words) + w];
                    uint high = all[((column + 1) * words) + w];
                    for (int row = Math.Max(8 * w, firstRow); row < Math.Min((8 * w) + 8, end); row++)
                    {
                        int shift = 4 * Places[row % 8];
                        destination[((row - firstRow) * stride) + (column / 2)] = (byte)(((low >> shift) & 15) | (((high >> shift) & 15) << 4));
                    }
                }
            }
        }
    }
}
