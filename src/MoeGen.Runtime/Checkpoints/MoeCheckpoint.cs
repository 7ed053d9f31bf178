namespace MoeGen.Checkpoints;

/// <summary>
/// A Hugging Face folder of an MoE model: config.json and safetensors, single or sharded. Known are model_type <c>mixtral</c> and
/// <c>qwen3_moe</c>.
/// </summary>
public sealed class MoeCheckpoint : IDisposable
{
    private readonly ICheckpointFamily _family;
    private readonly MoeBlockConfig _config;

    private MoeCheckpoint(SafetensorsCheckpoint tensors, ICheckpointFamily family, MoeBlockConfig config, int numLayers)
    {
        Tensors = tensors;
        NumLayers = numLayers;
        _family = family;
        _config = config;
    }

    /// <summary>config.json's model_type.</summary>
    public string Family => _family.ModelType;

    /// <summary>Decoder layers, with an MoE block or without.</summary>
    public int NumLayers { get; }

    /// <summary>All tensors of the checkpoint.</summary>
    public SafetensorsCheckpoint Tensors { get; }

    /// <summary>
    /// Reads config.json and maps the safetensors. No file outside the folder is read, but for the hub's cache, whose
    /// <c>snapshots/REVISION</c> links to the <c>blobs</c> beside <c>snapshots</c>.
    /// </summary>
    /// <exception cref="CheckpointException">The family is unknown, or config.json or a safetensors file is damaged.</exception>
    /// <exception cref="IOException">A file is missing or cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static MoeCheckpoint Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ModelConfig config = ModelConfig.Open(folder);
        ICheckpointFamily family = CheckpointFamilies.Find(config);
        MoeBlockConfig block = family.ReadConfig(config);
        int numLayers = config.GetPositive("num_hidden_layers");
        return new MoeCheckpoint(SafetensorsCheckpoint.Open(folder), family, block, numLayers);
    }

    /// <summary>Whether a layer has an MoE block, that is a router; some layers of Qwen3-MoE models may be dense.</summary>
    public bool HasMoeBlock(int layer) => Tensors.Contains(_family.RouterName(layer));

    /// <summary>The MoE block of a layer. Every tensor is found and its shape checked; nothing but the router's weight is read yet.</summary>
    /// <param name="layer">0 to <see cref="NumLayers"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such layer.</exception>
    /// <exception cref="CheckpointException">The layer has no MoE block, or a tensor is missing or of another shape than config.json says.</exception>
    public MoeBlock GetBlock(int layer)
    {
        if (layer < 0 || layer >= NumLayers)
        {
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"layer is {layer}; allowed is 0 to {NumLayers - 1}.");
        }

        if (!HasMoeBlock(layer))
        {
            throw new CheckpointException(
                $"{Tensors.Folder}: layer {layer} has no MoE block; tensor '{_family.RouterName(layer)}' does not exist.");
        }

        return new MoeBlock(Tensors, _family, _config, layer);
    }

    /// <summary>Unmaps the safetensors. Loaded weights stay valid.</summary>
    public void Dispose() => Tensors.Dispose();
}
