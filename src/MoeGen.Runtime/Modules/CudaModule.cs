namespace MoeGen;

/// <summary>A loaded cubin.</summary>
public sealed class CudaModule;
