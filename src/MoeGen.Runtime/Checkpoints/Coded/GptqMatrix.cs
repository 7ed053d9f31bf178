using System.Runtime.InteropServices;

namespace MoeGen.Checkpoints;

/// <summary>4-bit integers of GPTQ: I32 [columns / 8, rows], a word being eight columns of a row.</summary>
internal sealed class GptqMatrix(
    SafetensorsCheckpoint tensors, SafetensorsTensor tensor, StoredMatrix scales, PackedZeroPoints? zeroPoints, IntegerScheme scheme, int rows, int columns)
    : IntegerMatrix(tensor, scales, zeroPoints, scheme, rows, columns)
{
    // Source: AutoGPTQ, nn_modules/qlinear: column 8 i + j at bit 4 * j of word i, so that a word's bytes are those of QuantizedMatrix.
    public override void ReadCodes(int firstRow, int rows, int firstColumn, int columns, Span<byte> destination, int stride)
    {
        int words = columns / 8;
        ReadOnlySpan<int> all = tensors.GetElements<int>(Tensor.Name, (long)firstColumn / 8 * Rows, checked(words * Rows)).Span;
        if (stride % sizeof(int) == 0)
        {
            TileTranspose.Run(all[firstRow..], Rows, rows, words, MemoryMarshal.Cast<byte, int>(destination), stride / sizeof(int));
            return;
        }

        for (int row = 0; row < rows; row++)
        {
            for (int word = 0; word < words; word++)
            {
                MemoryMarshal.Write(destination[((row * stride) + (word * sizeof(int)))..], all[(word * Rows) + firstRow + row]);
            }
        }
    }
}
