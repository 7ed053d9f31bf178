namespace MoeGen.Checkpoints;

/// <summary>The forms in which checkpoints keep experts. Names are those after <c>layers.N.</c>.</summary>
internal static class ExpertForms
{
    /// <summary>Two or three tensors an expert, NAME.e.gate_proj.weight and so on; or, as transformers 5 keeps them, all experts stacked.</summary>
    public static IEnumerable<ExpertMatrices> PerExpert(LayerTensors tensors, MoeShape shape, ExpertNames names) =>
        tensors.Contains($"{names.Name}.gate_up_proj")
            ? Stacked(tensors, shape, names, $"{names.Name}.gate_up_proj", $"{names.Name}.down_proj")
            : Single(tensors, shape, names);

    /// <summary>All experts in two tensors, [E, 2I, H] and [E, H, I]; or, where they are quantised, single.</summary>
    public static IEnumerable<ExpertMatrices> Stacked(LayerTensors tensors, MoeShape shape, ExpertNames names, string fc1, string fc2) =>
        IsSingle(tensors, names, fc1) ? Single(tensors, shape, names) : Experts(shape, expert => Pair(
            tensors.Stacked(fc1, expert, shape.NumExperts, shape.Fc1Rows(gated: true), shape.HiddenSize),
            tensors.Stacked(fc2, expert, shape.NumExperts, shape.HiddenSize, shape.IntermediateSize)));

    /// <summary>All experts in two tensors, [E, H, 2I] and [E, I, H]; or, where they are quantised, single.</summary>
    public static IEnumerable<ExpertMatrices> StackedTransposed(LayerTensors tensors, MoeShape shape, ExpertNames names, string fc1, string fc2) =>
        IsSingle(tensors, names, fc1) ? Single(tensors, shape, names) : Experts(shape, expert => Pair(
            tensors.Transposed(fc1, expert, shape.NumExperts, shape.Fc1Rows(gated: true), shape.HiddenSize),
            tensors.Transposed(fc2, expert, shape.NumExperts, shape.HiddenSize, shape.IntermediateSize)));

    /// <summary>All experts in two pairs of tensors of MXFP4.</summary>
    public static IEnumerable<ExpertMatrices> Mxfp4(LayerTensors tensors, MoeShape shape, string fc1, string fc2) =>
        Experts(shape, expert => Pair(
            tensors.Mxfp4(fc1, expert, shape.NumExperts, shape.Fc1Rows(gated: true), shape.HiddenSize),
            tensors.Mxfp4(fc2, expert, shape.NumExperts, shape.HiddenSize, shape.IntermediateSize)));

    /// <summary>A shared expert of three tensors, NAME.gate_proj.weight and so on, as experts of I each; none where its width is 0.</summary>
    public static IEnumerable<ExpertMatrices> Shared(LayerTensors tensors, MoeBlockConfig config, string name)
    {
        int width = config.SharedIntermediateSize;
        if (width == 0)
        {
            return [];
        }

        int hidden = config.Shape.HiddenSize;
        StoredMatrix gate = tensors.Matrix($"{name}.gate_proj.weight", width, hidden);
        StoredMatrix up = tensors.Matrix($"{name}.up_proj.weight", width, hidden);
        StoredMatrix down = tensors.Matrix($"{name}.down_proj.weight", hidden, width);
        return SharedExperts.Slice(gate, 0, up, 0, down, config.Shape.IntermediateSize);
    }

    private static bool IsSingle(LayerTensors tensors, ExpertNames names, string fc1) =>
        !tensors.Contains(fc1) && tensors.ContainsModule(names.Modules(expert: 0).First());

    private static IEnumerable<ExpertMatrices> Single(LayerTensors tensors, MoeShape shape, ExpertNames names)
    {
        int rows = shape.Fc1Rows(gated: true) / names.Fc1.Count;
        return Experts(shape, expert => new ExpertMatrices(
            [.. names.Fc1.Select(module => MatrixPart.Whole(tensors.Matrix($"{names.Name}.{expert}.{module}.weight", rows, shape.HiddenSize)))],
            MatrixPart.Whole(tensors.Matrix($"{names.Name}.{expert}.{names.Fc2}.weight", shape.HiddenSize, shape.IntermediateSize))));
    }

    private static IEnumerable<ExpertMatrices> Experts(MoeShape shape, Func<int, ExpertMatrices> find) =>
        Enumerable.Range(0, shape.NumExperts).Select(find);

    private static ExpertMatrices Pair(StoredMatrix fc1, StoredMatrix fc2) => new([MatrixPart.Whole(fc1)], MatrixPart.Whole(fc2));
}
