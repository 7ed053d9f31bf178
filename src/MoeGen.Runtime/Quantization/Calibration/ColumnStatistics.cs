namespace MoeGen;

/// <summary>What is known of the columns of activations.</summary>
/// <param name="Rows">Rows seen.</param>
/// <param name="MeanSquares">The mean square of each column; 0 without rows.</param>
/// <param name="AbsMax">The largest magnitude of each column; 0 without rows.</param>
public sealed record ColumnStatistics(int Rows, ReadOnlyMemory<float> MeanSquares, ReadOnlyMemory<float> AbsMax);
