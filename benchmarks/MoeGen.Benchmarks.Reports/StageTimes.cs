namespace MoeGen.Benchmarks;

/// <summary>
/// Microseconds of each stage: what the call takes longer with it than without. The decode kernels route inside GEMM1 and
/// reduce inside GEMM2, so that their first and last are null; all are where the call is one launch.
/// </summary>
/// <param name="Route">Counting sort by expert.</param>
/// <param name="Gemm1">Gathered rows x fc1, activation fused.</param>
/// <param name="Gemm2">Activated rows x fc2.</param>
/// <param name="Finalize">Reduction over K.</param>
public sealed record StageTimes(double? Route, double? Gemm1, double? Gemm2, double? Finalize);
