namespace MoeGen;

/// <summary>What the generated kernels may count on, by compute capability.</summary>
/// <param name="Family">Name of the family, for messages.</param>
/// <param name="SharedMemoryPerBlock">Dynamic shared memory that a block may have, in bytes.</param>
internal sealed record GpuArchitecture(string Family, int SharedMemoryPerBlock)
{
    /// <summary>The oldest device that has bf16 tensor cores and cp.async.</summary>
    public static readonly ComputeCapability Minimum = new(8, 0);

    // CUDA programming guide, table "Technical specifications per compute capability": maximum shared memory per thread block.
    private const int Kilobyte = 1024;
    private static readonly GpuArchitecture Ampere = new("Ampere", 163 * Kilobyte);
    private static readonly GpuArchitecture Small = new("Ampere, Ada or Blackwell with 99 KB", 99 * Kilobyte);
    private static readonly GpuArchitecture Large = new("Hopper or Blackwell", 227 * Kilobyte);

    /// <summary>The entry of a device. One that is newer than the table counts as what it reports itself.</summary>
    /// <exception cref="NotSupportedException">The device is older than 8.0.</exception>
    public static GpuArchitecture For(ComputeCapability device, int reportedSharedMemoryPerBlock)
    {
        if (device < Minimum)
        {
            throw new NotSupportedException(
                $"Compute capability {device} has no bf16 tensor cores and no cp.async, which the generated kernels use; {Minimum} or newer is needed.");
        }

        GpuArchitecture? known = (device.Major, device.Minor) switch
        {
            (8, 0) or (8, 7) => Ampere,
            (8, _) or (12, _) => Small,
            (9, _) or (10, _) or (11, _) => Large,
            _ => null,
        };
        return known is null
            ? new GpuArchitecture("unknown family", reportedSharedMemoryPerBlock)
            : known with { SharedMemoryPerBlock = Math.Min(known.SharedMemoryPerBlock, reportedSharedMemoryPerBlock) };
    }

    /// <summary>Throws where every variant needs more shared memory than a block may have here.</summary>
    public void Require(MoeDescriptor descriptor, CudaContext context)
    {
        if (!descriptor.Variants.Any(Fits))
        {
            GemmVariant variant = descriptor.Variants.MinBy(variant => variant.SharedMemoryBytes)!;
            throw new NotSupportedException(
                $"{descriptor.Name}: tile {variant.TileM}x{variant.TileN}x{variant.TileK} with {variant.Stages} stages needs {variant.SharedMemoryBytes} bytes of shared memory a block; {context} ({Family}) allows {SharedMemoryPerBlock}. Pin fewer stages or a smaller tile, or leave both out: the planner's ladder begins within 99 KB.");
        }
    }

    /// <summary>Whether a block of the variant may have its shared memory here.</summary>
    public bool Fits(GemmVariant variant) => variant.SharedMemoryBytes <= SharedMemoryPerBlock;
}
