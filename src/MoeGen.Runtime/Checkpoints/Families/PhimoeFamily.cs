namespace MoeGen.Checkpoints;

/// <summary>Phi-3.5-MoE: Mixtral's names; the sparse mixer at inference, without jitter of the input.</summary>
internal sealed class PhimoeFamily : ICheckpointFamily
{
    public IReadOnlyList<string> ModelTypes { get; } = ["phimoe"];

    public ExpertNames Names => MixtralFamily.MixtralNames;

    public MoeBlockConfig ReadConfig(ModelConfig config) =>
        MoeBlockConfig.Read(config, RoutingMethod.SparseMixer, "intermediate_size", "num_local_experts") with
        {
            Router = RouterOptions.Default with { JitterEpsilon = config.GetNumber("router_jitter_noise", missing: 0.01f) },
        };

    public MoeBlockTensors FindTensors(LayerTensors tensors, MoeBlockConfig config) => MixtralFamily.FindMixtral(tensors, config.Shape);
}
