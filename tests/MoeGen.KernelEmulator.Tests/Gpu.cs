using MoeGen.KernelEmulator;
using MoeGen.KernelEmulator.Tests;

namespace MoeGen.Gpu.Tests;

/// <summary>What the sources shared with the GPU tier take for the device.</summary>
internal static class Gpu
{
    /// <summary>A new emulated device, so that tests run beside each other.</summary>
    public static CudaContext Context => new EmulatedDevice().Context;

    /// <summary>Largest T, E and H of the grid; larger ones of a case are cut to it.</summary>
    public static (int Tokens, int Experts, int Hidden) GridLimit => (15, 10, 136);

    /// <summary>Calls a thread, and tokens a call, of a test that repeats.</summary>
    public static int Repetitions => 3;

    public static int MostTokens => 40;

    /// <summary>As <see cref="Context"/>, where a stand-in for cuBLAS is what the library search finds.</summary>
    public static CudaContext RequireCublas()
    {
        CudaContext context = Context;
        CublasStub.Install();
        return context;
    }

    /// <summary>Compiles for the emulated device.</summary>
    public static MoeCudaOptions? Options { get; } = EmulatedKernelCompiler.Options();
}
