namespace MoeGen.Benchmarks;

/// <summary>What the device can do at best: a large bf16 matrix product and a large device-to-device copy.</summary>
/// <param name="Flops">Floating-point operations a second.</param>
/// <param name="BytesPerSecond">Bytes read plus bytes written a second.</param>
/// <param name="Source">Where the two come from.</param>
public sealed record MachineLimits(double Flops, double BytesPerSecond, string Source)
{
    /// <summary>One H200: cuBLAS 8192^3 in bf16, and a large copy.</summary>
    public static MachineLimits H200 { get; } = new(790e12, 4.3e12, "stated for the H200: a cuBLAS bf16 product of 8192^3 and a large copy");

    /// <summary>Microseconds that no version of the layer runs below: the larger of arithmetic and memory.</summary>
    public double FloorMicroseconds(ModelShape model, int tokens, double expertsTouched, OperandFormat? format = null)
    {
        OperandFormat operands = format ?? OperandFormat.Bf16;
        return Math.Max(model.Flops(tokens) / (Flops * operands.Rate), model.Bytes(tokens, expertsTouched, operands) / BytesPerSecond) * 1e6;
    }
}
