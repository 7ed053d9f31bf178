namespace MoeGen.Checkpoints;

/// <summary>Qwen2-MoE: renormalised where norm_topk_prob says so; a shared expert behind a sigmoid gate.</summary>
internal sealed class Qwen2MoeFamily : ICheckpointFamily
{
    public IReadOnlyList<string> ModelTypes { get; } = ["qwen2_moe"];

    public MoeBlockConfig ReadConfig(ModelConfig config) =>
        MoeBlockConfig.Read(config, Qwen3MoeFamily.ReadRouting(config), "moe_intermediate_size", "num_experts", "num_local_experts") with
        {
            SharedIntermediateSize = config.GetPositive("shared_expert_intermediate_size"),
            HasExperts = LayerRules.SparseStep(config),
        };

    public MoeBlockTensors FindTensors(LayerTensors tensors, MoeBlockConfig config) => new(
        tensors.Matrix("mlp.gate.weight", config.Shape.NumExperts, config.Shape.HiddenSize),
        [.. ExpertForms.PerExpert(tensors, config.Shape, ExpertNames.Default), .. ExpertForms.Shared(tensors, config, "mlp.shared_expert")])
    {
        SharedGate = tensors.Vector("mlp.shared_expert_gate.weight", config.Shape.HiddenSize),
    };
}
