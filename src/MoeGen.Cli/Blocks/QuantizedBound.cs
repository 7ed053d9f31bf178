using MoeGen.Checkpoints;

namespace MoeGen.Cli.Blocks;

/// <summary>What quantisation in integers may cost: relative L2 error of a block's output against that of the weights before.</summary>
internal static class QuantizedBound
{
    private const int SmallGroup = 32;

    /// <summary>Of the whole output; a token's is twice that. Null where the weights are not integers.</summary>
    public static double? Of(MoeBlock block) => (block.QuantizedFormat, block.QuantizesActivations) switch
    {
        // A token that is small beside the largest has few codes with a scale for all.
        (WeightFormat.Int8PerChannel, true) => block.HasStaticScales ? 4e-2 : 2.6e-2,
        (WeightFormat.Int8PerChannel, false) => 1.5e-2,
        (WeightFormat.Int4Group, _) => block.StoredGroupSize <= SmallGroup ? 0.18 : 0.21,
        _ => null,
    };

    /// <summary>The scheme in a word; null where the weights are in the element type.</summary>
    public static string? SchemeOf(MoeBlock block) => block.QuantizedFormat switch
    {
        WeightFormat.Int8PerChannel => block.QuantizesActivations ? "w8a8" : "w8a16",
        WeightFormat.Int4Group => "w4a16",
        WeightFormat.Mxfp4 => "mxfp4",
        _ => null,
    };
}
