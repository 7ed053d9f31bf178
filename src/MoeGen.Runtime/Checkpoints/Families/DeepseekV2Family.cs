namespace MoeGen.Checkpoints;

/// <summary>DeepSeek-V2: softmax, the K largest of all or of the best groups, scaled but not renormalised; shared experts.</summary>
internal sealed class DeepseekV2Family : ICheckpointFamily
{
    public IReadOnlyList<string> ModelTypes { get; } = ["deepseek_v2"];

    public MoeBlockConfig ReadConfig(ModelConfig config)
    {
        DeepseekKeys.Require(config, "scoring_func", "softmax");

        // Without effect, as transformers' block never looks at it; but what is no boolean is no config.json of this family.
        _ = config.GetBoolean("norm_topk_prob", missing: false);
        string method = config.GetString("topk_method", missing: "greedy");
        bool hasGroups = method switch
        {
            "greedy" => false,
            "group_limited_greedy" => true,
            _ => throw config.Problem("topk_method", CheckpointException.Quote(method), "allowed are 'greedy' and 'group_limited_greedy'"),
        };
        RoutingMethod routing = hasGroups ? RoutingMethod.SoftmaxGroupedTopK : RoutingMethod.SoftmaxTopK;
        return DeepseekKeys.Read(config, routing, hasGroups);
    }

    public MoeBlockTensors FindTensors(LayerTensors tensors, MoeBlockConfig config) => DeepseekKeys.Find(tensors, config);
}
