namespace MoeGen;

/// <summary>
/// The GEMMs of a layer as a plug-in, for classes with <c>Gemm</c> <c>Custom</c> or <c>Cublas</c>. Implementations enqueue on the stream and return;
/// whether a layer can be captured in a graph is theirs to keep. See docs/custom-gemm.md.
/// </summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
public interface IGroupedGemm<T>
    where T : unmanaged
{
    /// <summary>
    /// A layer is about to enqueue a call on this stream. Throw here what cannot run: nothing of the call is enqueued yet. An
    /// implementation that wraps another one passes this on.
    /// </summary>
    void BeginCall(CudaStream stream)
    {
    }

    /// <summary>Permuted input rows times fc1, in fp32, without bias: [rows, H] x [E, 2I or I, H] -> [rows, 2I or I].</summary>
    void Gemm1(in GroupedGemmArguments<T, float> arguments, CudaStream stream);

    /// <summary>Activated rows times fc2, rounded to <typeparamref name="T"/>, without bias: [rows, I] x [E, H, I] -> [rows, H].</summary>
    void Gemm2(in GroupedGemmArguments<T, T> arguments, CudaStream stream);
}
