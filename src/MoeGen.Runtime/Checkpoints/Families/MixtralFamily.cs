namespace MoeGen.Checkpoints;

/// <summary>Mixtral: w1 = gate, w3 = up, w2 = down; always renormalised.</summary>
internal sealed class MixtralFamily : ICheckpointFamily
{
    public string ModelType => "mixtral";

    public MoeBlockConfig ReadConfig(ModelConfig config) =>
        MoeBlockConfig.Read(config, "intermediate_size", RoutingMethod.SoftmaxTopKRenormalized);

    public string RouterName(int layer) => $"{Block(layer)}.gate.weight";

    public string GateName(int layer, int expert) => $"{Block(layer)}.experts.{expert}.w1.weight";

    public string UpName(int layer, int expert) => $"{Block(layer)}.experts.{expert}.w3.weight";

    public string DownName(int layer, int expert) => $"{Block(layer)}.experts.{expert}.w2.weight";

    private static string Block(int layer) => $"model.layers.{layer}.block_sparse_moe";
}
