namespace MoeGen;

/// <summary>A compiled CUDA text: the image the driver loads, and what the compiler said.</summary>
public sealed class CompiledKernel
{
    internal CompiledKernel(string name, string architecture, byte[] image, string log, Version nvrtcVersion, TimeSpan elapsed)
    {
        Name = name;
        Architecture = architecture;
        Kind = new CompilationTarget(architecture).Kind;
        Bytes = image;
        Log = log;
        NvrtcVersion = nvrtcVersion;
        Elapsed = elapsed;
        Resources = PtxasLog.Parse(log);
    }

    /// <summary>The name the text was compiled under.</summary>
    public string Name { get; }

    /// <summary>What it was compiled for: <c>sm_80</c>, <c>sm_90a</c>, ... for a cubin, <c>compute_80</c> for PTX.</summary>
    public string Architecture { get; }

    /// <summary>Cubin or PTX.</summary>
    public KernelImageKind Kind { get; }

    /// <summary>The image, as <see cref="CudaModule.Load(CudaContext, CompiledKernel)"/> takes it.</summary>
    public ReadOnlyMemory<byte> Image => Bytes;

    /// <summary>The compiler's messages.</summary>
    public string Log { get; }

    /// <summary>One entry a kernel; empty for PTX, which has no registers yet.</summary>
    public IReadOnlyList<KernelResources> Resources { get; }

    /// <summary>Version of the NVRTC that compiled it.</summary>
    public Version NvrtcVersion { get; }

    /// <summary>How long the compilation took; zero when the image came from the cache.</summary>
    public TimeSpan Elapsed { get; }

    internal byte[] Bytes { get; }
}
