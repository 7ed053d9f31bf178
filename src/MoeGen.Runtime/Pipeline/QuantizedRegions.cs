namespace MoeGen;

/// <summary>Where in the workspace tokens and activated rows lie as codes, with their scales; empty where activations are not quantised.</summary>
internal readonly struct QuantizedRegions
{
    public QuantizedRegions(ref long end, MoeShape shape, int numTokens, long slots, MoeDescriptor descriptor)
    {
        (long tokens, long rows) = descriptor.QuantizesActivations ? (numTokens, slots) : (0, 0);
        InputCodes = WorkspaceLayout.Take(ref end, tokens * DeviceQuantizedMoeWeights<BFloat16>.RowBytes(shape.HiddenSize));
        InputScales = WorkspaceLayout.Take(ref end, tokens * sizeof(float));
        ActivatedCodes = WorkspaceLayout.Take(ref end, rows * DeviceQuantizedMoeWeights<BFloat16>.RowBytes(shape.IntermediateSize));
        ActivatedScales = WorkspaceLayout.Take(ref end, rows * sizeof(float));
    }

    public long InputCodes { get; }

    public long InputScales { get; }

    public long ActivatedCodes { get; }

    public long ActivatedScales { get; }
}
