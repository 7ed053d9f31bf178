using System.ComponentModel;

namespace MoeGen;

/// <summary>The contract between a generated class and the run time: its plan, its CUDA text, its typed launchers.</summary>
/// <typeparam name="TSelf">The annotated class.</typeparam>
/// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IMoeDescriptor<TSelf, T>
    where TSelf : IMoeDescriptor<TSelf, T>
    where T : unmanaged
{
    /// <summary>What was planned for the class.</summary>
    static abstract MoeDescriptor Descriptor { get; }

    /// <summary>The CUDA text, UTF-8; exactly what NVRTC gets. Empty where the layer runs on the managed backend only.</summary>
    static abstract ReadOnlySpan<byte> CudaSource { get; }

    /// <summary>Binds the typed launchers to the kernels of <see cref="CudaSource"/>, which are loaded when first used.</summary>
    static abstract IMoeLaunchers<T> CreateLaunchers(KernelParts parts);
}
