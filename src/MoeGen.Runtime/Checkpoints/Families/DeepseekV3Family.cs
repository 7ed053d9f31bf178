namespace MoeGen.Checkpoints;

/// <summary>
/// DeepSeek-V3, Kimi-K2 and GLM-4.5/4.6: sigmoid scores, a bias for the choice alone, the best groups (often one), renormalised and scaled;
/// shared experts.
/// </summary>
internal sealed class DeepseekV3Family : ICheckpointFamily
{
    public IReadOnlyList<string> ModelTypes { get; } = ["deepseek_v3", "kimi_k2", "glm4_moe"];

    public MoeBlockConfig ReadConfig(ModelConfig config)
    {
        DeepseekKeys.Require(config, "scoring_func", "sigmoid");
        DeepseekKeys.Require(config, "topk_method", "noaux_tc");
        MoeBlockConfig block = DeepseekKeys.Read(config, RoutingMethod.SigmoidGroupedTopK, hasGroups: true);
        return block with { Router = block.Router with { Renormalize = config.GetBoolean("norm_topk_prob", missing: true) } };
    }

    public MoeBlockTensors FindTensors(LayerTensors tensors, MoeBlockConfig config) => DeepseekKeys.Find(tensors, config) with
    {
        SelectionBias = tensors.Vector("mlp.gate.e_score_correction_bias", config.Shape.NumExperts),
    };
}
