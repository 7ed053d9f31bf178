namespace MoeGen;

/// <summary>Who multiplies.</summary>
public enum Gemm
{
    /// <summary>The generated tensor-core kernels, with gathered rows and the activation fused into GEMM1.</summary>
    TensorCore = 0,

    /// <summary>
    /// Yours: implement the partial method <c>Gemm1</c>, <c>Gemm2</c> or both in your half of the class, or give the layer an
    /// <c>IGroupedGemm</c>. A GEMM that you leave out stays the generated one. Rows are permuted into expert order first.
    /// </summary>
    Custom = 1,
}
