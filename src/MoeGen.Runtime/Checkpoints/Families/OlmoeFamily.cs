namespace MoeGen.Checkpoints;

/// <summary>OLMoE: renormalised where norm_topk_prob says so; every layer has experts.</summary>
internal sealed class OlmoeFamily : ICheckpointFamily
{
    public IReadOnlyList<string> ModelTypes { get; } = ["olmoe"];

    public MoeBlockConfig ReadConfig(ModelConfig config) =>
        MoeBlockConfig.Read(config, Qwen3MoeFamily.ReadRouting(config), "intermediate_size", "num_experts", "num_local_experts");

    public MoeBlockTensors FindTensors(LayerTensors tensors, MoeBlockConfig config) => new(
        tensors.Matrix("mlp.gate.weight", config.Shape.NumExperts, config.Shape.HiddenSize),
        [.. ExpertForms.PerExpert(tensors, config.Shape, ExpertNames.Default)]);
}
