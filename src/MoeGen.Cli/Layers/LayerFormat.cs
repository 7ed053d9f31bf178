using MoeGen.Checkpoints;

namespace MoeGen.Cli.Layers;

/// <summary>In which form a class takes weights and multiplies.</summary>
/// <param name="Weights">How weights are stored.</param>
/// <param name="GroupSize">Elements of a group with Int4Group; else 0.</param>
/// <param name="HasZeroPoints">Whether groups have zero points.</param>
/// <param name="QuantizesActivations">Whether activations are quantised as well.</param>
internal readonly record struct LayerFormat(WeightFormat Weights, int GroupSize, bool HasZeroPoints, bool QuantizesActivations)
{
    /// <summary>What a class is generated for.</summary>
    public static LayerFormat Of(MoeDescriptor descriptor) => new(descriptor.Weights, descriptor.GroupSize, descriptor.HasZeroPoints, descriptor.QuantizesActivations);

    /// <summary>How a block is stored; null where it has no codes, or sizes that its groups do not divide.</summary>
    public static LayerFormat? Of(MoeBlock block)
    {
        if (block.Scheme is not { } scheme || (scheme.GroupSize > 0 && (block.Shape.HiddenSize % scheme.GroupSize != 0 || block.Shape.IntermediateSize % scheme.GroupSize != 0)))
        {
            return null;
        }

        return new LayerFormat(scheme.Format, scheme.Format == WeightFormat.Int4Group ? scheme.GroupSize : 0, scheme.HasZeroPoints, block.QuantizesActivations);
    }
}
