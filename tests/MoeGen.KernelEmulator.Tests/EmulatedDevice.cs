using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>An emulated device for one test; skips the test, with the reason, where there is no C++ compiler.</summary>
internal sealed class EmulatedDevice : IDisposable
{
    /// <param name="multiprocessors">Of one block each.</param>
    /// <param name="checksExpressions">Whether kernels check every expression, beside every access.</param>
    public EmulatedDevice(int multiprocessors = 2, bool checksExpressions = true)
    {
        if (!HostCompiler.IsAvailable(out string reason))
        {
            Assert.Skip($"NOT RUN, no kernel was executed: {reason}");
        }

        Driver = new EmulatedCudaDriver { Multiprocessors = multiprocessors, ChecksExpressions = checksExpressions };
        Context = new CudaContext(Driver);
    }

    public EmulatedCudaDriver Driver { get; }

    public CudaContext Context { get; }

    // The driver goes with its memory when nothing refers to it any more: handles may still be closed after the context.
    public void Dispose() => Context.Dispose();
}
