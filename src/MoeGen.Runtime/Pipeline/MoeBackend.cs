namespace MoeGen;

/// <summary>Where a layer runs. Chosen by the constructor, never switched.</summary>
public enum MoeBackend
{
    /// <summary>In C# on the CPU.</summary>
    Managed = 0,

    /// <summary>The generated kernels on an NVIDIA GPU.</summary>
    Cuda = 1,
}
