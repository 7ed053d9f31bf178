using MoeGen.Checkpoints;

namespace MoeGen.Cli.Quantizing;

/// <summary>What is quantised of a checkpoint, and what is copied.</summary>
internal sealed class CheckpointPlan
{
    private const string Weight = ".weight";

    private readonly MoeCheckpoint _checkpoint;

    /// <exception cref="BadInputException">The checkpoint is quantised already, the layer does not exist, or sizes do not fit the scheme.</exception>
    /// <exception cref="CheckpointException">A layer cannot be read.</exception>
    public CheckpointPlan(MoeCheckpoint checkpoint, QuantizeRequest request)
    {
        _checkpoint = checkpoint;
        CheckSource(checkpoint, request);
        int[] withExperts = [.. Enumerable.Range(0, checkpoint.NumLayers).Where(checkpoint.HasMoeBlock)];
        int[] layers = request.Layer is { } only ? [only] : withExperts;
        if (request.Layer is { } asked && (asked < 0 || asked >= checkpoint.NumLayers))
        {
            throw new BadInputException($"--layer is {asked}; allowed is 0 to {checkpoint.NumLayers - 1}.");
        }

        Layers = [.. layers.Select(layer => LayerPlan.Of(checkpoint, layer))];
        if (Layers.Count == 0)
        {
            throw new BadInputException($"{request.Source}: none of the {checkpoint.NumLayers} layers has experts; there is nothing to quantise.");
        }

        foreach (ModuleJob job in Layers.SelectMany(layer => layer.Jobs))
        {
            CheckSizes(job, request.Options);
        }

        Unquantized = [.. withExperts.Except(layers)];
        var replaced = Layers.SelectMany(layer => layer.Replaced).ToHashSet(StringComparer.Ordinal);
        Rest = checkpoint.Tensors.TensorNames.Where(name => !replaced.Contains(name) && !IsFactorsOfFp8(name)).Order(StringComparer.Ordinal)
            .GroupBy(checkpoint.Tensors.PathOf, StringComparer.Ordinal).OrderBy(shard => shard.Key, StringComparer.Ordinal).Select(shard => (IReadOnlyList<string>)[.. shard]).ToList();
        TotalBytes = Layers.SelectMany(layer => layer.Jobs).Sum(job => job.Part.StoredBytes) + Rest.SelectMany(shard => shard).Sum(name => checkpoint.Tensors.GetTensor(name).ByteLength);
    }

    /// <summary>The layers that are quantised.</summary>
    public IReadOnlyList<LayerPlan> Layers { get; }

    /// <summary>Layers with experts that are not.</summary>
    public IReadOnlyList<int> Unquantized { get; }

    /// <summary>The names of all other tensors, by the file that has them.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rest { get; }

    /// <summary>Bytes of the source, for progress.</summary>
    public long TotalBytes { get; }

    /// <summary>Modules that keep their weights, for others' readers of config.json.</summary>
    public IEnumerable<string> Ignored() => Rest.SelectMany(shard => shard)
        .Where(name => name.EndsWith(Weight, StringComparison.Ordinal) && _checkpoint.Tensors.GetTensor(name).Shape.Count == 2 && !name.Contains("embed", StringComparison.Ordinal))
        .Select(name => name[..^Weight.Length]).Order(StringComparer.Ordinal)
        .Concat(Unquantized.Select(layer => $"re:{_checkpoint.LayerPrefix(layer).Replace(".", "\\.", StringComparison.Ordinal)}.*"));

    /// <summary>FP8 of other modules is written as BF16, since config.json describes one form only.</summary>
    public bool IsFp8(string name) => _checkpoint.Tensors.GetTensor(name).Dtype == SafetensorsDtype.F8_E4M3;

    private bool IsFactorsOfFp8(string name)
    {
        const string Suffix = "_scale_inv";
        return name.EndsWith(Suffix, StringComparison.Ordinal) && _checkpoint.Tensors.Contains(name[..^Suffix.Length]) && IsFp8(name[..^Suffix.Length]);
    }

    private static void CheckSource(MoeCheckpoint checkpoint, QuantizeRequest request)
    {
        if (checkpoint.Quantization.Integers is not null)
        {
            throw new BadInputException($"{request.Source} is quantised in integers already (quantization_config of config.json); required are weights of BF16, F16, F32, FP8 or MXFP4.");
        }

        if (checkpoint.Quantization.IsMxfp4 && request.Layer is not null)
        {
            throw new BadInputException($"--layer is {request.Layer}, and {request.Source} is MXFP4, of which config.json would describe one form only; leave --layer out.");
        }
    }

    private static void CheckSizes(ModuleJob job, QuantizationOptions options)
    {
        int group = options.Format == WeightFormat.Int4Group ? options.GroupSize : 8;
        if (job.Part.Columns % group != 0 || job.Part.Rows % 8 != 0)
        {
            throw new BadInputException(
                $"{job.Name} is [{job.Part.Rows}, {job.Part.Columns}]; required are rows in multiples of 8 and columns in multiples of {group}{(group == 8 ? "" : $" (--group-size {group})")}.");
        }
    }
}
