namespace MoeGen.Cli;

/// <summary>How commands get to a GPU; tests put an emulated one in its place.</summary>
/// <param name="Missing">Why there is none that layers can run on; empty where there is.</param>
/// <param name="Open">Opens the first.</param>
/// <param name="Options">How kernels are compiled.</param>
internal sealed record GpuAccess(Func<string> Missing, Func<CudaContext> Open, MoeCudaOptions Options)
{
    /// <summary>The machine's own: the driver, NVRTC and the user's cache.</summary>
    public static GpuAccess OfMachine { get; } = new(
        static () => !CudaContext.IsAvailable(out string noGpu) ? noGpu : NvrtcCompiler.IsAvailable(out string noCompiler) ? "" : noCompiler,
        static () => CudaContext.Create(),
        new MoeCudaOptions());
}
