namespace MoeGen;

/// <summary>A CUDA stream.</summary>
public sealed class CudaStream;
