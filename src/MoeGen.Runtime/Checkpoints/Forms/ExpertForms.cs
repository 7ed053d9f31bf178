namespace MoeGen.Checkpoints;

/// <summary>The forms in which checkpoints keep experts. Names are those after <c>layers.N.</c>.</summary>
internal static class ExpertForms
{
    /// <summary>Three tensors an expert, NAME.e.gate_proj.weight and so on; or, as transformers 5 keeps them, all experts stacked.</summary>
    public static IEnumerable<ExpertMatrices> PerExpert(
        LayerTensors tensors, MoeShape shape, string name, string gate = "gate_proj", string up = "up_proj", string down = "down_proj")
    {
        return tensors.Contains($"{name}.gate_up_proj")
            ? Stacked(tensors, shape, $"{name}.gate_up_proj", $"{name}.down_proj")
            : Experts(shape, expert => new ExpertMatrices(
                [
                    MatrixPart.Whole(tensors.Matrix($"{name}.{expert}.{gate}.weight", shape.IntermediateSize, shape.HiddenSize)),
                    MatrixPart.Whole(tensors.Matrix($"{name}.{expert}.{up}.weight", shape.IntermediateSize, shape.HiddenSize)),
                ],
                MatrixPart.Whole(tensors.Matrix($"{name}.{expert}.{down}.weight", shape.HiddenSize, shape.IntermediateSize))));
    }

    /// <summary>All experts in two tensors, [E, 2I, H] and [E, H, I].</summary>
    public static IEnumerable<ExpertMatrices> Stacked(LayerTensors tensors, MoeShape shape, string fc1, string fc2) =>
        Experts(shape, expert => Pair(
            tensors.Stacked(fc1, expert, shape.NumExperts, shape.Fc1Rows(gated: true), shape.HiddenSize),
            tensors.Stacked(fc2, expert, shape.NumExperts, shape.HiddenSize, shape.IntermediateSize)));

    /// <summary>All experts in two tensors, [E, H, 2I] and [E, I, H].</summary>
    public static IEnumerable<ExpertMatrices> StackedTransposed(LayerTensors tensors, MoeShape shape, string fc1, string fc2) =>
        Experts(shape, expert => Pair(
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

    private static IEnumerable<ExpertMatrices> Experts(MoeShape shape, Func<int, ExpertMatrices> find) =>
        Enumerable.Range(0, shape.NumExperts).Select(find);

    private static ExpertMatrices Pair(StoredMatrix fc1, StoredMatrix fc2) => new([MatrixPart.Whole(fc1)], MatrixPart.Whole(fc2));
}
