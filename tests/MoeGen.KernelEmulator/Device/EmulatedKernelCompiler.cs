namespace MoeGen.KernelEmulator;

/// <summary>Stands where NVRTC stands: the image of a text is the text, which the emulated device compiles when it is loaded.</summary>
/// <param name="change">What a test does to the text before it is compiled; null leaves it as it is.</param>
internal sealed class EmulatedKernelCompiler(Func<byte[], byte[]>? change = null) : IKernelCompiler
{
    public Version Version { get; } = new(12, 0);

    /// <summary>Options of a layer that runs on an emulated device.</summary>
    public static MoeCudaOptions Options(Func<byte[], byte[]>? change = null) =>
        new() { Cache = new KernelCache(null, new EmulatedKernelCompiler(change)) };

    public CompilationTarget SelectTarget(ComputeCapability device) => CompilationTarget.For(device, [80]);

    public CompiledKernel Compile(ReadOnlySpan<byte> source, string name, CompilationTarget target)
    {
        byte[] image = source.ToArray();
        return new CompiledKernel(name, target.Architecture, change is null ? image : change(image), "", Version, TimeSpan.Zero);
    }
}
