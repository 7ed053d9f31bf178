namespace MoeGen;

/// <summary>Matrices of experts, which are in an array or streamed.</summary>
internal static class MatrixList
{
    /// <summary>That of an expert, for each few rows that a GEMM loads: of an array without a call through its interface.</summary>
    public static TMatrix Of<TMatrix>(this IReadOnlyList<TMatrix> matrices, int expert) => matrices is TMatrix[] all ? all[expert] : matrices[expert];
}
