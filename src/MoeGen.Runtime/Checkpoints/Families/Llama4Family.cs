namespace MoeGen.Checkpoints;

/// <summary>Llama-4: stacked and transposed, gate before up; sigmoid of the chosen logit scales the expert's input; a shared expert.</summary>
internal sealed class Llama4Family : ICheckpointFamily
{
    public IReadOnlyList<string> ModelTypes { get; } = ["llama4_text"];

    public ExpertNames Names { get; } = ExpertNames.Of("feed_forward.experts");

    public MoeBlockConfig ReadConfig(ModelConfig config)
    {
        MoeBlockConfig block = MoeBlockConfig.Read(config, RoutingMethod.TopKSigmoidInput, "intermediate_size", "num_local_experts");
        return block with { SharedIntermediateSize = block.Shape.IntermediateSize, HasExperts = LayerRules.Interleaved(config) };
    }

    public MoeBlockTensors FindTensors(LayerTensors tensors, MoeBlockConfig config) => new(
        tensors.Matrix("feed_forward.router.weight", config.Shape.NumExperts, config.Shape.HiddenSize),
        [
            .. ExpertForms.StackedTransposed(tensors, config.Shape, Names, "feed_forward.experts.gate_up_proj", "feed_forward.experts.down_proj"),
            .. ExpertForms.Shared(tensors, config, "feed_forward.shared_expert"),
        ]);
}
