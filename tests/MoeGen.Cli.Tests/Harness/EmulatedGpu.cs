using MoeGen.KernelEmulator;

namespace MoeGen.Cli.Tests;

/// <summary>An emulated device for the commands that need a GPU: the same path, kernels included; times mean nothing.</summary>
internal static class EmulatedGpu
{
    public static EmulatedCudaDriver Emulator()
    {
        Assert.SkipUnless(HostCompiler.IsAvailable(out string reason), $"NOT RUN, no kernel was executed: {reason}");
        return new EmulatedCudaDriver();
    }

    public static GpuAccess Access(EmulatedCudaDriver driver, string? variant = null) =>
        new(() => "", () => new CudaContext(driver), EmulatedKernelCompiler.Options() with { Variant = variant });
}
