using MoeGen.Native;
using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>The device of this tier; where there is none, every test says so and is skipped.</summary>
internal static class Gpu
{
    private static readonly Lazy<CudaContext> Shared = new(() => CudaContext.Create());

    /// <summary>Largest T, E and H of the grid; larger ones of a case are cut to it.</summary>
    public static (int Tokens, int Experts, int Hidden) GridLimit => (int.MaxValue, int.MaxValue, int.MaxValue);

    /// <summary>Calls a thread, and tokens a call, of a test that repeats.</summary>
    public static int Repetitions => 200;

    public static int MostTokens => int.MaxValue;

    /// <summary>The defaults: NVRTC and the user's cache. The emulator's tests share these sources and have others.</summary>
    public static MoeCudaOptions? Options => null;

    /// <summary>As <see cref="Context"/>; skips the test, with the reason, where cuBLAS is missing too.</summary>
    public static CudaContext RequireCublas()
    {
        CudaContext context = Context;
        if (Environment.GetEnvironmentVariable("MOEGEN_WITHOUT_CUBLAS") is { Length: > 0 })
        {
            Assert.Skip("NOT RUN, MOEGEN_WITHOUT_CUBLAS is set.");
        }

        try
        {
            _ = CublasLibrary.Loaded;
        }
        catch (CudaLibraryNotFoundException noLibrary)
        {
            Assert.Skip($"NOT RUN, no cuBLAS: {noLibrary.Message}");
        }

        return context;
    }

    /// <summary>One context for all tests. Skips the test, with the reason, where CUDA or NVRTC is missing.</summary>
    public static CudaContext Context
    {
        get
        {
            if (!CudaContext.IsAvailable(out string noDevice))
            {
                Assert.Skip($"NOT RUN, no CUDA device: {noDevice}");
            }

            if (!NvrtcCompiler.IsAvailable(out string noCompiler))
            {
                Assert.Skip($"NOT RUN, no NVRTC: {noCompiler}");
            }

            return Shared.Value;
        }
    }
}
