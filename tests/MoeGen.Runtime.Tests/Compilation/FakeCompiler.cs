using System.Collections.Concurrent;

namespace MoeGen.Tests;

/// <summary>Counts compilations; its image is the text reversed, so that a wrong one shows.</summary>
internal sealed class FakeCompiler : IKernelCompiler
{
    private int _compilations;

    public Version Version { get; set; } = new(12, 4);

    public int Compilations => _compilations;

    public TimeSpan Duration { get; init; }

    public bool Fails { get; set; }

    /// <summary>The part that does not compile; null for none.</summary>
    public string? FailingPart { get; set; }

    /// <summary>The parts that were compiled, in the order in which they began.</summary>
    public ConcurrentQueue<string> Parts { get; } = [];

    /// <summary>Called when a compilation has begun.</summary>
    public Action? Begun { get; set; }

    public IReadOnlyList<int> Architectures { get; init; } = [80, 86, 89, 90];

    public CompilationTarget SelectTarget(ComputeCapability device) => CompilationTarget.For(device, Architectures);

    public CompiledKernel Compile(ReadOnlySpan<byte> source, string name, CompilationTarget target)
    {
        Interlocked.Increment(ref _compilations);
        Parts.Enqueue(target.Part);
        Begun?.Invoke();
        Thread.Sleep(Duration);
        if (Fails || target.Part == FailingPart)
        {
            throw new CudaCompilationException(name, "NVRTC_ERROR_COMPILATION", "log", target.Options, null);
        }

        byte[] image = source.ToArray();
        Array.Reverse(image);
        string log = "ptxas info    : Compiling entry function 'k' for 'sm_90'\nptxas info    : Used 7 registers, 352 bytes cmem[0]\n";
        return new CompiledKernel(name, target.Architecture, image, log, Version, TimeSpan.FromSeconds(1));
    }
}
