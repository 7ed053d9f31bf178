namespace MoeGen.Checkpoints;

/// <summary>gpt-oss: stacked and transposed, or MXFP4; gate and up interleaved, biases, clamped swiglu; a router with bias.</summary>
internal sealed class GptOssFamily : ICheckpointFamily
{
    private const string Fc1 = "mlp.experts.gate_up_proj";
    private const string Fc2 = "mlp.experts.down_proj";

    public IReadOnlyList<string> ModelTypes { get; } = ["gpt_oss"];

    // Gate and up stay interleaved, as their biases are.
    public ExpertNames Names { get; } = new("mlp.experts", ["gate_up_proj"], "down_proj");

    public MoeBlockConfig ReadConfig(ModelConfig config) =>
        MoeBlockConfig.Read(config, RoutingMethod.TopKSoftmax, "intermediate_size", "num_local_experts", "num_experts") with
        {
            Activation = Activation.SwigluOai,
            Swiglu = SwigluConstants.Default with { Limit = config.GetNumber("swiglu_limit", missing: 7) },
            Fc1Layout = Fc1Layout.Interleaved,
        };

    public MoeBlockTensors FindTensors(LayerTensors tensors, MoeBlockConfig config)
    {
        MoeShape shape = config.Shape;
        IEnumerable<ExpertMatrices> experts = tensors.Contains(Fc1 + "_blocks")
            ? ExpertForms.Mxfp4(tensors, shape, Fc1, Fc2)
            : ExpertForms.StackedTransposed(tensors, shape, Names, Fc1, Fc2);
        return new(tensors.Matrix("mlp.router.weight", shape.NumExperts, shape.HiddenSize), [.. experts])
        {
            RouterBias = tensors.Vector("mlp.router.bias", shape.NumExperts),
            Fc1Biases = tensors.Vectors(Fc1 + "_bias", shape.NumExperts, shape.Fc1Rows(gated: true)),
            Fc2Biases = tensors.Vectors(Fc2 + "_bias", shape.NumExperts, shape.HiddenSize),
        };
    }
}
