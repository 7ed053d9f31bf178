namespace MoeGen.Checkpoints;

/// <summary>Granite-MoE: stacked, gate above up; top-k, then softmax; granitemoeshared has a shared expert beside the block.</summary>
internal sealed class GraniteMoeFamily : ICheckpointFamily
{
    private const string WithShared = "granitemoeshared";

    public IReadOnlyList<string> ModelTypes { get; } = ["granitemoe", WithShared];

    public ExpertNames Names { get; } = ExpertNames.Of("block_sparse_moe.experts");

    public MoeBlockConfig ReadConfig(ModelConfig config) =>
        MoeBlockConfig.Read(config, RoutingMethod.TopKSoftmax, "intermediate_size", "num_local_experts") with
        {
            SharedIntermediateSize = config.GetString("model_type") == WithShared ? config.GetNonNegative("shared_intermediate_size", missing: 0) : 0,
        };

    public MoeBlockTensors FindTensors(LayerTensors tensors, MoeBlockConfig config) => new(
        tensors.Matrix("block_sparse_moe.router.layer.weight", config.Shape.NumExperts, config.Shape.HiddenSize),
        [
            .. ExpertForms.Stacked(tensors, config.Shape, Names, "block_sparse_moe.input_linear.weight", "block_sparse_moe.output_linear.weight"),
            .. FindShared(tensors, config),
        ]);

    private static IEnumerable<ExpertMatrices> FindShared(LayerTensors tensors, MoeBlockConfig config)
    {
        int width = config.SharedIntermediateSize;
        if (width == 0)
        {
            return [];
        }

        StoredMatrix gateUp = tensors.Matrix("shared_mlp.input_linear.weight", 2 * width, config.Shape.HiddenSize);
        StoredMatrix down = tensors.Matrix("shared_mlp.output_linear.weight", config.Shape.HiddenSize, width);
        return SharedExperts.Slice(gateUp, 0, gateUp, width, down, config.Shape.IntermediateSize);
    }
}
