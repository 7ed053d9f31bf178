namespace MoeGen;

/// <summary>What a device allows the decode kernels of a class.</summary>
/// <param name="Multiprocessors">Of the device.</param>
/// <param name="AllowsWideBlocks">Whether a block of 16 warps fits: where weights are codes, each warp has a ring of them in shared memory.</param>
internal readonly record struct DecodeLimits(int Multiprocessors, bool AllowsWideBlocks)
{
    // Of compute capability 8.0.
    private const int WideRingBytes = 163 * 1024;

    public static DecodeLimits Of(CudaContext context, MoeDescriptor descriptor)
    {
        bool hasRings = descriptor.Weights != WeightFormat.SameAsDtype && !descriptor.QuantizesActivations;
        return new DecodeLimits(context.MultiprocessorCount, !hasRings || context.SharedMemoryPerBlockOptin >= WideRingBytes);
    }
}
