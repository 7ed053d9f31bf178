namespace MoeGen.Checkpoints;

/// <summary>Qwen3-MoE: renormalised where norm_topk_prob says so (transformers' default is not).</summary>
internal sealed class Qwen3MoeFamily : ICheckpointFamily
{
    public IReadOnlyList<string> ModelTypes { get; } = ["qwen3_moe"];

    public MoeBlockConfig ReadConfig(ModelConfig config) =>
        MoeBlockConfig.Read(config, ReadRouting(config), "moe_intermediate_size", "num_experts", "num_local_experts") with
        {
            HasExperts = LayerRules.SparseStep(config),
        };

    public MoeBlockTensors FindTensors(LayerTensors tensors, MoeBlockConfig config) => new(
        tensors.Matrix("mlp.gate.weight", config.Shape.NumExperts, config.Shape.HiddenSize),
        [.. ExpertForms.PerExpert(tensors, config.Shape, ExpertNames.Default)]);

    /// <summary>Softmax, then the K largest, by norm_topk_prob renormalised or not.</summary>
    public static RoutingMethod ReadRouting(ModelConfig config) =>
        config.GetBoolean("norm_topk_prob", missing: false) ? RoutingMethod.SoftmaxTopKRenormalized : RoutingMethod.SoftmaxTopK;
}
