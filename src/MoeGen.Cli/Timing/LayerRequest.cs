using MoeGen.Cli.Layers;

namespace MoeGen.Cli.Timing;

/// <summary>Which layer is timed or tuned.</summary>
/// <param name="Kind">The class.</param>
/// <param name="Shape">E, H, I.</param>
/// <param name="TopK">K.</param>
/// <param name="Tokens">The values of T, growing; empty: the command's own.</param>
internal sealed record LayerRequest(LayerKind Kind, MoeShape Shape, int TopK, IReadOnlyList<int> Tokens)
{
    /// <summary>fc1 and fc2 of all experts.</summary>
    public long WeightBytes => (long)(Shape.NumExperts * (Shape.Fc1ElementsPerExpert(Kind.Descriptor.IsGated) + Shape.Fc2ElementsPerExpert) * RandomCodes.BytesOf(Kind.Descriptor));

    /// <summary>Opens the first GPU and sees that the weights fit.</summary>
    /// <exception cref="BadInputException">There is no GPU or no NVRTC, or too little memory is free.</exception>
    public CudaContext OpenGpu(GpuAccess gpu, string command)
    {
        if (gpu.Missing() is { Length: > 0 } reason)
        {
            throw new BadInputException($"moegen {command} needs a GPU and NVRTC: {reason}");
        }

        CudaContext context = gpu.Open();
        if (WeightBytes <= context.FreeMemoryBytes)
        {
            return context;
        }

        using (context)
        {
            throw new BadInputException($"The weights take {WeightBytes >> 20} MiB, and {context} has {context.FreeMemoryBytes >> 20} MiB free; take fewer experts or smaller sizes.");
        }
    }
}
