using MoeGen.Checkpoints;

namespace MoeGen.Tests;

/// <summary>Puts random FP8 codes and factors in place of a case's expert weights, and what they stand for in its plain block.</summary>
internal sealed class Fp8Rewriter(FamilyCase made, int blockRows, int blockColumns)
{
    private readonly Random _random = new(3);

    public void Run()
    {
        PlainBlock block = made.Block;
        for (int e = 0; e < block.Experts; e++)
        {
            block.Mlps[e] = Mlp($"mlp.experts.{e}", block.Intermediate);
        }

        block.Shared = Mlp("mlp.shared_experts", block.SharedWidth);
    }

    /// <summary>e4m3 by its definition: sign, 4 bits of exponent with bias 7, 3 bits of mantissa, no infinity.</summary>
    public static double Value(byte code)
    {
        int exponent = (code >> 3) & 15;
        int mantissa = code & 7;
        double magnitude = exponent == 15 && mantissa == 7 ? double.NaN
            : exponent == 0 ? mantissa / 8.0 * Math.Pow(2, -6) : (1 + (mantissa / 8.0)) * Math.Pow(2, exponent - 7);
        return code >= 128 ? -magnitude : magnitude;
    }

    private (float[] Gate, float[] Up, float[] Down) Mlp(string name, int width) => (
        Matrix($"{name}.gate_proj.weight", width, made.Block.Hidden),
        Matrix($"{name}.up_proj.weight", width, made.Block.Hidden),
        Matrix($"{name}.down_proj.weight", made.Block.Hidden, width));

    private float[] Matrix(string name, int rows, int columns)
    {
        // Codes up to 1.875, small numbers and subnormal ones among them.
        byte[] codes = [.. Enumerable.Range(0, rows * columns).Select(_ => (byte)(_random.Next(64) | (_random.Next(2) << 7)))];
        int factorColumns = (columns + blockColumns - 1) / blockColumns;
        int factorRows = (rows + blockRows - 1) / blockRows;
        float[] factors = [.. Enumerable.Range(0, factorRows * factorColumns).Select(_ => (float)(0.2 + _random.NextDouble()))];
        made.Checkpoint.Add(name, SafetensorsDtype.F8_E4M3, [rows, columns], codes);
        made.Checkpoint.Add(name + "_scale_inv", SafetensorsDtype.F32, [factorRows, factorColumns], factors);
        return [.. codes.Select((code, i) => (float)Value(code) * factors[(i / columns / blockRows * factorColumns) + (i % columns / blockColumns)])];
    }
}
