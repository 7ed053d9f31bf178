using MoeGen.Native;

namespace MoeGen.Benchmarks;

/// <summary>The limits of a device: stated for the H200, measured elsewhere.</summary>
internal static class LimitsTimer
{
    private const int Side = 8192;
    private const int CopyBytes = 1 << 30;
    private const int Rounds = 7;

    /// <exception cref="CudaLibraryNotFoundException">The device is no H200, and cuBLAS, which its arithmetic is measured with, is not on this machine.</exception>
    public static MachineLimits For(CudaContext context) =>
        context.Name.Contains("H200", StringComparison.Ordinal) ? MachineLimits.H200 : Measure(context);

    private static MachineLimits Measure(CudaContext context)
    {
        using CudaStream stream = context.CreateStream();
        using var timer = new ReplayTimer(stream);
        double copy = Copy(context, stream, timer), product = Product(context, stream, timer);
        return new MachineLimits(
            2.0 * Side * Side * Side / product * 1e6,
            2.0 * CopyBytes / copy * 1e6,
            $"measured: a cuBLAS bf16 product of {Side}^3 and a copy of 1 GiB");
    }

    private static double Copy(CudaContext context, CudaStream stream, ReplayTimer timer)
    {
        using DeviceBuffer<byte> from = context.Allocate<byte>(CopyBytes), to = context.Allocate<byte>(CopyBytes);
        return timer.Time(
            [_ => context.Check(context.Driver.CopyDeviceToDeviceAsync(to.Pointer.Address, from.Pointer.Address, CopyBytes, stream.Handle), "Copying on the device")],
            1,
            Rounds)[0].Median;
    }

    private static double Product(CudaContext context, CudaStream stream, ReplayTimer timer)
    {
        using DeviceBuffer<BFloat16> a = context.Allocate<BFloat16>(Side * Side), b = context.Allocate<BFloat16>(Side * Side), c = context.Allocate<BFloat16>(Side * Side);

        // Random values: products of zeros take less power, and run faster than any layer can.
        a.CopyFrom(RandomWeights.Normal(Side * Side, 1, 1));
        b.CopyFrom(RandomWeights.Normal(Side * Side, 1, 2));
        using var cublas = new CublasSession(context, CublasLibrary.Loaded);
        var product = new CublasProduct(
            a.Pointer.Address, b.Pointer.Address, c.Pointer.Address, 2, 2, CublasSession.TypeBFloat16, CublasSession.TypeBFloat16, Side, Side);
        cublas.Bind(stream);
        return timer.Time([_ => cublas.MultiplyEach(product, [0, Side])], 1, Rounds)[0].Median;
    }
}
