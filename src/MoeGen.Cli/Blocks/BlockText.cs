using MoeGen.Checkpoints;

namespace MoeGen.Cli.Blocks;

/// <summary>A block in words.</summary>
internal static class BlockText
{
    public static string Of(MoeBlock block) =>
        $"{block.Family}, layer {block.Layer}: {block.Shape.NumExperts} experts, {block.TopK} a token by {block.Routing}, {block.Activation}, H = {block.Shape.HiddenSize}, I = {block.Shape.IntermediateSize}, stored as {block.StoredDtype}";
}
