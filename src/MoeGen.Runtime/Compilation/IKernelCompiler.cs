namespace MoeGen;

/// <summary>What the cache needs of a compiler.</summary>
internal interface IKernelCompiler
{
    /// <summary>Version of the compiler; part of the cache's key.</summary>
    Version Version { get; }

    /// <summary>What this compiler is to be asked for on a device.</summary>
    CompilationTarget SelectTarget(ComputeCapability device);

    /// <exception cref="CudaCompilationException">The text does not compile.</exception>
    CompiledKernel Compile(ReadOnlySpan<byte> source, string name, CompilationTarget target);
}
