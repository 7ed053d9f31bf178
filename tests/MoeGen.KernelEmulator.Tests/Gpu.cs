using MoeGen.KernelEmulator;
using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>What the sources shared with the GPU tier take for the device.</summary>
internal static class Gpu
{
    /// <summary>A new emulated device, so that tests run beside each other.</summary>
    public static CudaContext Context
    {
        get
        {
            if (!HostCompiler.IsAvailable(out string reason))
            {
                Assert.Skip($"NOT RUN, no kernel was executed: {reason}");
            }

            return new CudaContext(new EmulatedCudaDriver());
        }
    }

    /// <summary>Compiles for the emulated device.</summary>
    public static MoeCudaOptions? Options { get; } = EmulatedKernelCompiler.Options();
}
