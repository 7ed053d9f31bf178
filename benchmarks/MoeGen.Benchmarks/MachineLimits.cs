namespace MoeGen.Benchmarks;

/// <summary>What the device can do at best, measured once with libraries: bf16 matrix product and device-to-device copy.</summary>
/// <param name="Flops">Floating-point operations a second.</param>
/// <param name="BytesPerSecond">Bytes read plus bytes written a second.</param>
internal sealed record MachineLimits(double Flops, double BytesPerSecond)
{
    /// <summary>One H200: cuBLAS 8192^3 in bf16, and a large copy.</summary>
    public static readonly MachineLimits H200 = new(790e12, 4.3e12);

    /// <summary>Microseconds that no version of the layer can run below.</summary>
    public double FloorMicroseconds(ModelShape model, int tokens, int expertsTouched)
    {
        double bytes = ((double)expertsTouched * model.BytesPerExpert) + (2.0 * tokens * model.HiddenSize * 2);
        return Math.Max(model.Flops(tokens) / Flops, bytes / BytesPerSecond) * 1e6;
    }
}
