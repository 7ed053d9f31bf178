namespace MoeGen.Generators.Planning;

/// <summary>What a multiprocessor offers, on the GPUs that the generated text is for (compute capability 8.0 and newer).</summary>
internal static class GpuLimits
{
    /// <summary>32-bit registers of a multiprocessor.</summary>
    public const int RegistersPerSm = 65_536;

    /// <summary>Registers that one thread can address.</summary>
    public const int MaxRegistersPerThread = 255;

    /// <summary>The compiler hands out registers in multiples of this.</summary>
    public const int RegisterGranularity = 8;

    /// <summary>Shared memory that a block can have on every GPU from 8.0 on: 99 KB, the limit of 8.6, 8.9 and 12.x.</summary>
    public const int PortableSharedMemoryBytes = 99 * 1024;

    /// <summary>Shared memory that a block can have on 8.0: 163 KB.</summary>
    public const int MaxSharedMemoryBytes = 163 * 1024;

    /// <summary>Shared memory that the blocks of a multiprocessor share on 9.0: 227 KB. The largest, since it bounds a wish only.</summary>
    public const int SharedMemoryPerSmBytes = 227 * 1024;

    /// <summary>Shared memory that the driver keeps for itself in each block.</summary>
    public const int ReservedSharedMemoryBytes = 1024;
}
