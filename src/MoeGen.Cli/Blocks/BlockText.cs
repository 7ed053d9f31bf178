using MoeGen.Checkpoints;

namespace MoeGen.Cli.Blocks;

/// <summary>A block in words.</summary>
internal static class BlockText
{
    public static string Of(MoeBlock block)
    {
        int shared = block.Router.Options.NumSharedExperts;
        return $"{block.Family}, layer {block.Layer}: {block.Router.NumExperts} experts{(shared == 0 ? "" : $" and {shared} shared")}, {block.TopK} a token by {block.Routing}, "
            + $"{block.Activation}, H = {block.Shape.HiddenSize}, I = {block.Shape.IntermediateSize}, stored as {block.StoredDtype}{(QuantizedBound.SchemeOf(block) is { } scheme ? $" ({scheme})" : "")}";
    }
}
