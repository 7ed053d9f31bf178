namespace MoeGen.Checkpoints;

/// <summary>What the families after DeepSeek's have in common.</summary>
internal static class DeepseekKeys
{
    public static MoeBlockConfig Read(ModelConfig config, RoutingMethod routing, bool hasGroups)
    {
        MoeBlockConfig block = MoeBlockConfig.Read(config, routing, "moe_intermediate_size", "n_routed_experts", "num_experts", "num_local_experts");
        long shared = (long)block.Shape.IntermediateSize * config.GetNonNegative("n_shared_experts", missing: 0);
        if (shared > int.MaxValue)
        {
            throw config.Problem("n_shared_experts", $"{shared / block.Shape.IntermediateSize}", $"allowed are at most {MoeShape.MaxTopK}");
        }

        return block with
        {
            Router = RouterOptions.Default with
            {
                NumExpertGroups = hasGroups ? config.GetPositive("n_group") : 1,
                NumSelectedGroups = hasGroups ? config.GetPositive("topk_group") : 1,
                RoutedScalingFactor = config.GetNumber("routed_scaling_factor", missing: 1),
            },
            SharedIntermediateSize = (int)shared,
            HasExperts = LayerRules.AfterDense(config),
        };
    }

    public static MoeBlockTensors Find(LayerTensors tensors, MoeBlockConfig config) => new(
        tensors.Matrix("mlp.gate.weight", config.Shape.NumExperts, config.Shape.HiddenSize),
        [.. ExpertForms.PerExpert(tensors, config.Shape, ExpertNames.Default), .. ExpertForms.Shared(tensors, config, "mlp.shared_experts")]);

    /// <summary>A key that, where it is present, must have the value that the family stands for.</summary>
    public static void Require(ModelConfig config, string key, string value)
    {
        string found = config.GetString(key, missing: value);
        if (found != value)
        {
            throw config.Problem(key, CheckpointException.Quote(found), $"allowed is '{value}'");
        }
    }
}
