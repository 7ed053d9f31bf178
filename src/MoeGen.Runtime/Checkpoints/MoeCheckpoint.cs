namespace MoeGen.Checkpoints;

/// <summary>
/// A Hugging Face folder of an MoE model: config.json and safetensors, single or sharded. Known are model_type <c>mixtral</c>,
/// <c>phimoe</c>, <c>qwen2_moe</c>, <c>qwen3_moe</c>, <c>olmoe</c>, <c>deepseek_v2</c>, <c>deepseek_v3</c>, <c>kimi_k2</c>, <c>glm4_moe</c>,
/// <c>gpt_oss</c>, <c>granitemoe</c>, <c>granitemoeshared</c> and <c>llama4_text</c>, also as the text model of a larger one.
/// </summary>
public sealed class MoeCheckpoint : IDisposable
{
    // The models of several kinds of input put the text model's layers deeper.
    private static readonly string[] s_prefixes = ["model.layers.", "language_model.model.layers.", "model.language_model.layers."];

    private readonly ICheckpointFamily _family;
    private readonly MoeBlockConfig _config;
    private readonly string _prefix;

    private MoeCheckpoint(SafetensorsCheckpoint tensors, ICheckpointFamily family, string modelType, MoeBlockConfig config, int numLayers)
    {
        Tensors = tensors;
        NumLayers = numLayers;
        Family = modelType;
        _family = family;
        _config = config;
        _prefix = Array.Find(s_prefixes, prefix => tensors.TensorNames.Any(name => name.StartsWith(prefix, StringComparison.Ordinal))) ?? s_prefixes[0];
    }

    /// <summary>config.json's model_type; where the file describes several models in one, that of the text model.</summary>
    public string Family { get; }

    /// <summary>Decoder layers, with an MoE block or without.</summary>
    public int NumLayers { get; }

    /// <summary>All tensors of the checkpoint.</summary>
    public SafetensorsCheckpoint Tensors { get; }

    /// <summary>How single experts are named.</summary>
    internal ExpertNames ExpertNames => _family.Names;

    /// <summary>How the weights are quantised.</summary>
    internal Quantization Quantization => _config.Quantization;

    /// <summary>
    /// Reads config.json and maps the safetensors. No file outside the folder is read, but for the hub's cache, whose
    /// <c>snapshots/REVISION</c> links to the <c>blobs</c> beside <c>snapshots</c>.
    /// </summary>
    /// <exception cref="CheckpointException">The family is unknown, or config.json or a safetensors file is damaged or quantised in a way that cannot be read.</exception>
    /// <exception cref="IOException">A file is missing or cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static MoeCheckpoint Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ModelConfig whole = ModelConfig.Open(folder);
        (ICheckpointFamily family, string modelType, ModelConfig config) = CheckpointFamilies.Find(whole);
        Quantization quantization = Quantization.Read(whole);
        MoeBlockConfig block = family.ReadConfig(config) with
        {
            Quantization = quantization == Quantization.None ? Quantization.Read(config) : quantization,
        };
        block.Check(config);
        int numLayers = config.GetPositive("num_hidden_layers");
        return new MoeCheckpoint(SafetensorsCheckpoint.Open(folder), family, modelType, block, numLayers);
    }

    /// <summary>Whether config.json says that a layer has an MoE block; some layers of many models are dense.</summary>
    public bool HasMoeBlock(int layer) => layer >= 0 && layer < NumLayers && _config.HasExperts(layer);

    /// <summary>The MoE block of a layer. Every tensor is found and its shape checked; nothing but the router is read yet.</summary>
    /// <param name="layer">0 to <see cref="NumLayers"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such layer.</exception>
    /// <exception cref="CheckpointException">
    /// The layer has no MoE block, or a tensor is missing or of another shape or element type than config.json says.
    /// </exception>
    public MoeBlock GetBlock(int layer)
    {
        if (layer < 0 || layer >= NumLayers)
        {
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"layer is {layer}; allowed is 0 to {NumLayers - 1}.");
        }

        if (!HasMoeBlock(layer))
        {
            throw new CheckpointException(
                $"{Tensors.Folder}: layer {layer} has no MoE block, it is dense; with experts are {LayerRules.Describe(_config.HasExperts, NumLayers)} of {NumLayers} layers (config.json).");
        }

        var tensors = new LayerTensors(Tensors, LayerPrefix(layer), _config.Quantization);
        return new MoeBlock(Tensors.Folder, Family, layer, _config, FindTensors(tensors));
    }

    /// <summary>What the names of a layer's tensors begin with.</summary>
    internal string LayerPrefix(int layer) => $"{_prefix}{layer}.";

    private MoeBlockTensors FindTensors(LayerTensors tensors)
    {
        MoeBlockTensors found = _family.FindTensors(tensors, _config);
        float[] factors = tensors.OptionalVector(_family.Names.InputFactors, _config.Shape.HiddenSize);
        foreach (IntegerMatrix fc1 in found.Experts.SelectMany(static expert => expert.Fc1).Select(static part => part.Source).OfType<IntegerMatrix>())
        {
            fc1.ColumnFactors = factors;
        }

        return found with { InputFactors = factors };
    }

    /// <summary>Unmaps the safetensors. Loaded weights stay valid.</summary>
    public void Dispose() => Tensors.Dispose();
}
