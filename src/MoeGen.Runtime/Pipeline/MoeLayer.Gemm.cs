using System.ComponentModel;

namespace MoeGen;

/// <content>GEMMs of the caller's own, for classes with <c>Gemm = Custom</c> or <c>Cublas</c>.</content>
public abstract partial class MoeLayer<TSelf, T>
{
    private readonly OwnGemm? _own;
    private volatile IGroupedGemm<T>? _plugIn;

    /// <summary>Whether the class's own half implements <c>Gemm1</c>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected virtual bool ImplementsGemm1 => false;

    /// <summary>Whether the class's own half implements <c>Gemm2</c>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected virtual bool ImplementsGemm2 => false;

    /// <summary>
    /// Uses these GEMMs from the next call on, on the GPU; null goes back to the class's own methods and the generated kernels, or to cuBLAS.
    /// Graphs that were captured before keep what they captured, and a call in progress on another thread what it began with, so
    /// dispose a GEMM that is replaced when such calls have returned.
    /// </summary>
    /// <exception cref="InvalidOperationException">The class is generated with <c>Gemm = TensorCore</c>, so it has no permuted rows to offer.</exception>
    public void UseGemm(IGroupedGemm<T>? gemm)
    {
        if (TSelf.Descriptor.Gemm == Gemm.TensorCore)
        {
            throw new InvalidOperationException($"{TSelf.Descriptor.Name} is generated with Gemm = {TSelf.Descriptor.Gemm}; set Gemm = Custom in its [MoeConfig] to plug in a GEMM.");
        }

        _plugIn = gemm;
    }

    /// <summary>Calls the class's own <c>Gemm1</c>; overridden by the generated half.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected virtual void RunGemm1(in GroupedGemmArguments<T, float> arguments, CudaStream stream) => throw NoMethodFor(1);

    /// <summary>Calls the class's own <c>Gemm2</c>; overridden by the generated half.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected virtual void RunGemm2(in GroupedGemmArguments<T, T> arguments, CudaStream stream) => throw NoMethodFor(2);

    // Read once: another thread may exchange it meanwhile, and both GEMMs of a call are one plug-in's.
    private CudaCall<T> WithGemms(in CudaCall<T> call)
    {
        IGroupedGemm<T>? plugIn = _plugIn;
        return call with
        {
            Gemm1 = plugIn ?? (ImplementsGemm1 ? _own : null),
            Gemm2 = plugIn ?? (ImplementsGemm2 ? _own : null),
        };
    }

    private static InvalidOperationException NoMethodFor(int gemm) =>
        new($"{TSelf.Descriptor.Name} has no Gemm{gemm} of its own.");

    /// <summary>The class's own methods as a plug-in.</summary>
    private sealed class OwnGemm(MoeLayer<TSelf, T> layer) : IGroupedGemm<T>
    {
        public void Gemm1(in GroupedGemmArguments<T, float> arguments, CudaStream stream) => layer.RunGemm1(arguments, stream);

        public void Gemm2(in GroupedGemmArguments<T, T> arguments, CudaStream stream) => layer.RunGemm2(arguments, stream);
    }
}
