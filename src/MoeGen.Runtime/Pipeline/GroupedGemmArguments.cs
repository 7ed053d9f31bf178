namespace MoeGen;

/// <summary>
/// One grouped matrix product: for each expert e, rows ExpertOffsets[e] to ExpertOffsets[e + 1] - 1 of C are the same rows of A
/// times the transpose of B[e]. All matrices are row-major without padding.
/// </summary>
/// <typeparam name="T">Element type of A and B.</typeparam>
/// <typeparam name="TResult">Element type of C: <see cref="float"/> for GEMM1, <typeparamref name="T"/> for GEMM2.</typeparam>
/// <param name="A">[rows, Depth], sorted by expert.</param>
/// <param name="B">[NumExperts, Columns, Depth]: fc1 or fc2 as it was given, in its own row order.</param>
/// <param name="C">[rows, Columns]; written. Rows beyond the last offset may be left alone.</param>
/// <param name="ExpertOffsets">int32 [NumExperts + 1] in device memory; the last entry is the number of rows.</param>
/// <param name="NumExperts">E.</param>
/// <param name="Columns">2I or I for GEMM1, H for GEMM2.</param>
/// <param name="Depth">H for GEMM1, I for GEMM2.</param>
/// <param name="MaxRows">T * K: A and C have memory for so many rows; how many there are stands in <paramref name="ExpertOffsets"/>.</param>
public readonly record struct GroupedGemmArguments<T, TResult>(
    DevicePointer<T> A,
    DevicePointer<T> B,
    DevicePointer<TResult> C,
    DevicePointer<int> ExpertOffsets,
    int NumExperts,
    int Columns,
    int Depth,
    int MaxRows)
    where T : unmanaged
    where TResult : unmanaged;
