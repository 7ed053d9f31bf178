using MoeGen.Checkpoints;

namespace MoeGen.Tests;

/// <summary>Random MXFP4 experts for a gpt-oss case, and what they stand for in its plain block.</summary>
internal static class Mxfp4Writer
{
    private static readonly float[] s_values = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    public static float Value(int code) => s_values[code];

    public static void Write(FamilyCase made)
    {
        PlainBlock block = made.Block;
        var random = new Random(4);
        float[] fc1 = Add(made, "mlp.experts.gate_up_proj", 2 * block.Intermediate, block.Hidden, random);
        float[] fc2 = Add(made, "mlp.experts.down_proj", block.Hidden, block.Intermediate, random);
        float[][] rows = [.. fc1.Chunk(block.Hidden)];
        for (int e = 0; e < block.Experts; e++)
        {
            float[][] own = rows[(e * 2 * block.Intermediate)..((e + 1) * 2 * block.Intermediate)];
            float[] gate = [.. own.Where((_, row) => row % 2 == 0).SelectMany(row => row)];
            float[] up = [.. own.Where((_, row) => row % 2 == 1).SelectMany(row => row)];
            block.Mlps[e] = (gate, up, fc2[(e * block.Hidden * block.Intermediate)..((e + 1) * block.Hidden * block.Intermediate)]);
        }
    }

    private static float[] Add(FamilyCase made, string name, int rows, int columns, Random random)
    {
        int experts = made.Block.Experts;
        int blocks = experts * rows * columns / 32;
        byte[] codes = new byte[16 * blocks];
        random.NextBytes(codes);
        byte[] exponents = [.. Enumerable.Range(0, blocks).Select(_ => (byte)random.Next(122, 126))];
        made.Checkpoint.Add(name + "_blocks", SafetensorsDtype.U8, [experts, rows, columns / 32, 16], codes);
        made.Checkpoint.Add(name + "_scales", SafetensorsDtype.U8, [experts, rows, columns / 32], exponents);
        return
        [
            .. Enumerable.Range(0, 32 * blocks).Select(i =>
                Value((codes[i / 2] >> (4 * (i % 2))) & 15) * MathF.Pow(2, exponents[i / 32] - 127)),
        ];
    }
}
