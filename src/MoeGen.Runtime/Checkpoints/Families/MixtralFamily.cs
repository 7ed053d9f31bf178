namespace MoeGen.Checkpoints;

/// <summary>Mixtral: w1 = gate, w3 = up, w2 = down; always renormalised.</summary>
internal sealed class MixtralFamily : ICheckpointFamily
{
    public IReadOnlyList<string> ModelTypes { get; } = ["mixtral"];

    public ExpertNames Names => MixtralNames;

    /// <summary>w1 = gate, w3 = up, w2 = down.</summary>
    public static ExpertNames MixtralNames { get; } = new("block_sparse_moe.experts", ["w1", "w3"], "w2");

    public MoeBlockConfig ReadConfig(ModelConfig config) =>
        MoeBlockConfig.Read(config, RoutingMethod.SoftmaxTopKRenormalized, "intermediate_size", "num_local_experts", "num_experts");

    public MoeBlockTensors FindTensors(LayerTensors tensors, MoeBlockConfig config) => FindMixtral(tensors, config.Shape);

    /// <summary>The names of Mixtral, which others took over.</summary>
    public static MoeBlockTensors FindMixtral(LayerTensors tensors, MoeShape shape) => new(
        tensors.Matrix("block_sparse_moe.gate.weight", shape.NumExperts, shape.HiddenSize),
        [.. ExpertForms.PerExpert(tensors, shape, MixtralNames)]);
}
