using MoeGen.Tests;

namespace MoeGen.Cli.Tests.Harness;

/// <summary>A tiny Mixtral whose two layers both have experts, in files of a few tensors, with files beside them.</summary>
internal static class LayeredCheckpoint
{
    public const int Hidden = 16, Experts = 8;

    public static string Write(TempFolder folder)
    {
        FamilyCase made = FamilyCases.Make("mixtral");
        made.Checkpoint.Prefix = "model.layers.0.";
        made.Add("block_sparse_moe.gate.weight", [Experts, Hidden], made.Block.Router);
        made.AddPerExpert("block_sparse_moe.experts", "w1", "w3", "w2");
        made.Add("post_attention_layernorm.weight", [Hidden], made.Numbers(Hidden, 1));
        made.Checkpoint.Write(folder, tensorsPerShard: 20);
        folder.Write("tokenizer.json", "{\"tokens\":[]}");
        folder.Write("notes.bin", [1, 2, 3, 0, 255]);
        return folder.Path;
    }
}
