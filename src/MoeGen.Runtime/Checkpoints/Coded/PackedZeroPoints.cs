using System.Runtime.InteropServices;

namespace MoeGen.Checkpoints;

/// <summary>Zero points of 4 bits, eight rows a word of I32.</summary>
/// <param name="tensors">The checkpoint.</param>
/// <param name="tensor">[groups, rows / 8], or [rows / 8, groups] of pack-quantized.</param>
/// <param name="scheme">Says which, the order in a word, and what is added.</param>
/// <param name="rows">Rows.</param>
/// <param name="groups">Groups of a row.</param>
internal sealed class PackedZeroPoints(SafetensorsCheckpoint tensors, SafetensorsTensor tensor, IntegerScheme scheme, int rows, int groups)
{
    private static ReadOnlySpan<byte> InOrder => [0, 1, 2, 3, 4, 5, 6, 7];

    /// <summary>The tensor.</summary>
    public SafetensorsTensor Tensor => tensor;

    /// <summary>Reads those of some rows, 0 to 15: [count, groups].</summary>
    public void Read(int firstRow, int count, Span<byte> destination)
    {
        // Source: compressed-tensors, compressors/pack_quantized/base.py: packed along rows (packed_dim 0), + 8 as the weights.
        (int ofWord, int ofGroup) = scheme.Packing == IntegerPacking.Packed ? (groups, 1) : (1, rows / 8);
        ReadOnlySpan<byte> places = scheme.Packing == IntegerPacking.Awq ? AwqMatrix.Places : InOrder;
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<int, uint>(tensors.Get<int>(tensor.Name).Span);
        for (int i = 0; i < count; i++)
        {
            (int word, int place) = Math.DivRem(firstRow + i, 8);
            int shift = 4 * places[place];
            for (int group = 0; group < groups; group++)
            {
                uint stored = words[(word * ofWord) + (group * ofGroup)] >> shift;
                destination[(i * groups) + group] = (byte)((stored + (uint)scheme.ZeroPointOffset) & 15);
            }
        }
    }
}
