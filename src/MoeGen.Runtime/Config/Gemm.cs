namespace MoeGen;

/// <summary>Who multiplies.</summary>
public enum Gemm
{
    /// <summary>The generated tensor-core kernels, with gathered rows and the activation fused into GEMM1.</summary>
    TensorCore = 0,

    /// <summary>
    /// Yours: implement the partial method <c>Gemm1</c>, <c>Gemm2</c> or both in your half of the class, or give the layer an
    /// <c>IGroupedGemm</c>. A GEMM that you leave out stays the generated one, and of one
    /// that you implement nothing is generated. Rows are permuted into expert order first.
    /// </summary>
    Custom = 1,

    /// <summary>
    /// NVIDIA's cuBLAS, from a library on the machine. Rows are permuted first, and each call copies the experts' offsets to the
    /// host and waits for them: such a layer cannot be captured in a graph.
    /// </summary>
    Cublas = 2,
}
