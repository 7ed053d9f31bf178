namespace MoeGen.Benchmarks;

/// <summary>What a layer multiplies, as far as its floor depends on it.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="BitsPerWeight">Scales included.</param>
/// <param name="Rate">Operations a second, in multiples of those of bf16.</param>
public sealed record OperandFormat(string Name, double BitsPerWeight, double Rate)
{
    /// <summary>16 bits on both sides.</summary>
    public static OperandFormat Bf16 { get; } = new("bf16", 16, 1);

    /// <summary>8-bit integers on both sides.</summary>
    public static OperandFormat Int8 { get; } = new("int8", 8, 2);

    /// <summary>8-bit weights.</summary>
    public static OperandFormat W8A16 { get; } = new("w8a16", 8, 1);

    /// <summary>4-bit weights, a 16-bit scale to 128.</summary>
    public static OperandFormat W4A16 { get; } = new("w4a16", 4.125, 1);

    /// <summary>4-bit floats, on the device a 16-bit scale to 32.</summary>
    public static OperandFormat Mxfp4 { get; } = new("mxfp4", 4.5, 1);

    /// <summary>What a kind of layer, as named on the command line, multiplies.</summary>
    public static OperandFormat Of(string layer) => Quantized.FirstOrDefault(format => format.Name == layer) ?? Bf16;

    /// <summary>Those beside 16 bits.</summary>
    public static IReadOnlyList<OperandFormat> Quantized { get; } = [Int8, W8A16, W4A16, Mxfp4];
}
