namespace MoeGen.Checkpoints;

/// <summary>Qwen3-MoE: gate_proj, up_proj, down_proj; renormalised where norm_topk_prob says so (transformers' default is not).</summary>
internal sealed class Qwen3MoeFamily : ICheckpointFamily
{
    public string ModelType => "qwen3_moe";

    public MoeBlockConfig ReadConfig(ModelConfig config) => MoeBlockConfig.Read(
        config,
        "moe_intermediate_size",
        config.GetBoolean("norm_topk_prob", missing: false) ? RoutingMethod.SoftmaxTopKRenormalized : RoutingMethod.SoftmaxTopK);

    public string RouterName(int layer) => $"{Block(layer)}.gate.weight";

    public string GateName(int layer, int expert) => $"{Block(layer)}.experts.{expert}.gate_proj.weight";

    public string UpName(int layer, int expert) => $"{Block(layer)}.experts.{expert}.up_proj.weight";

    public string DownName(int layer, int expert) => $"{Block(layer)}.experts.{expert}.down_proj.weight";

    private static string Block(int layer) => $"model.layers.{layer}.mlp";
}
