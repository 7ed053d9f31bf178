namespace MoeGen.Checkpoints;

/// <content>Weights of integers: NAME.weight is then other tensors, NAME.weight_packed or NAME.qweight and so on.</content>
internal sealed partial class LayerTensors
{
    private const string Weight = ".weight";

    /// <summary>Whether a module's weight is there, as it is or quantised.</summary>
    public bool ContainsModule(string module) =>
        Contains(module + Weight) || Contains(module + ".weight_packed") || Contains(module + ".qweight");

    /// <summary>A vector of a tensor [length] in fp32; empty where there is none.</summary>
    public float[] OptionalVector(string name, int length) => Contains(name) ? Vector(name, length).ToSingles(Folder) : [];

    private IntegerMatrix? FindIntegers(string name, int rows, int columns)
    {
        if (quantization.Integers is not { } scheme || !name.EndsWith(Weight, StringComparison.Ordinal))
        {
            return null;
        }

        string module = name[..^Weight.Length];
        string codes = scheme.Packing switch
        {
            IntegerPacking.Bytes => name,
            IntegerPacking.Packed => module + ".weight_packed",
            _ => module + ".qweight",
        };

        // Modules of the ignore list keep their weights as they were.
        return Contains(codes) && (scheme.Packing != IntegerPacking.Bytes || Get(codes).Dtype == SafetensorsDtype.I8)
            ? Integers(module, codes, scheme, rows, columns)
            : null;
    }

    private IntegerMatrix Integers(string module, string codes, IntegerScheme scheme, int rows, int columns)
    {
        int group = scheme.GroupOf(columns);
        int perWord = 32 / scheme.Bits;
        SafetensorsTensor tensor = Get(codes);
        if (columns % group != 0 || rows % 8 != 0 || columns % 8 != 0)
        {
            throw Problem(tensor, $"is [{rows}, {columns}] by config.json with groups of {group} along {columns}; rows and columns must be multiples of 8, and columns of the group size");
        }

        int groups = columns / group;
        switch (scheme.Packing)
        {
            case IntegerPacking.Bytes:
                Find(codes, rows, columns);
                return new ByteMatrix(tensors, tensor, Scales(module, rows, groups), scheme, rows, columns) { InputScale = InputScale(module, scheme) };
            case IntegerPacking.Packed:
                Words(codes, rows, columns / perWord);
                CheckShape(module, rows, columns);
                CheckGroupOrder(module + ".weight_g_idx", columns, group);
                StoredMatrix scales = Scales(module, rows, groups);
                return scheme.Bits == 8
                    ? new ByteMatrix(tensors, tensor, scales, scheme, rows, columns) { InputScale = InputScale(module, scheme) }
                    : new NibbleMatrix(tensors, tensor, scales, Zeros(module + ".weight_zero_point", scheme, rows, groups, rows / 8, groups), scheme, rows, columns);
            case IntegerPacking.Awq:
                Words(codes, columns, rows / perWord);
                return new AwqMatrix(
                    tensors, tensor, ScalesByGroup(module, rows, groups), Zeros(module + ".qzeros", scheme, rows, groups, groups, rows / 8), scheme, rows, columns);
            default:
                Words(codes, columns / perWord, rows);
                CheckGroupOrder(module + ".g_idx", columns, group);
                CheckMiddle(module + ".qzeros", scheme, rows, groups);
                return new GptqMatrix(
                    tensors, tensor, ScalesByGroup(module, rows, groups), Zeros(module + ".qzeros", scheme, rows, groups, groups, rows / 8), scheme, rows, columns);
        }
    }

    private PlainMatrix Scales(string module, int rows, int groups) =>
        new(tensors, Plain(Beside(module + ".weight_scale", $"[{rows}, {groups}] of BF16, F16 or F32", rows, groups)), 0, rows, groups);

    private TransposedMatrix ScalesByGroup(string module, int rows, int groups) =>
        new(tensors, Plain(Beside(module + ".scales", $"[{groups}, {rows}] of BF16, F16 or F32", groups, rows)), 0, rows, groups);

    private PackedZeroPoints? Zeros(string name, IntegerScheme scheme, int rows, int groups, int first, int second)
    {
        if (!scheme.HasZeroPoints)
        {
            return null;
        }

        Beside(name, $"[{first}, {second}] of I32", first, second);
        return new PackedZeroPoints(tensors, Words(name, first, second), scheme, rows, groups);
    }

    private PlainMatrix? InputScale(string module, IntegerScheme scheme)
    {
        if (!scheme.HasInputScales)
        {
            return null;
        }

        string name = module + ".input_scale";
        SafetensorsTensor tensor = Contains(name) ? Get(name) : throw Missing(name, "one number of BF16, F16 or F32");
        return tensor.Shape.All(static size => size == 1)
            ? new PlainMatrix(tensors, Plain(tensor), 0, 1, 1)
            : throw Problem(tensor, "must be one number");
    }

    // What transformers would make of the packed integers.
    private void CheckShape(string module, int rows, int columns)
    {
        if (!Contains(module + ".weight_shape"))
        {
            return;
        }

        SafetensorsTensor tensor = Find(module + ".weight_shape", 2);
        long[] shape = tensor.Dtype switch
        {
            SafetensorsDtype.I64 => tensors.Get<long>(tensor.Name).ToArray(),
            SafetensorsDtype.I32 => [.. tensors.Get<int>(tensor.Name).ToArray().Select(static size => (long)size)],
            _ => throw Problem(tensor, $"is stored as {tensor.Dtype}; allowed are I64 and I32"),
        };
        if (shape[0] != rows || shape[1] != columns)
        {
            throw Problem(tensor, $"says [{string.Join(", ", shape)}]; required is [{rows}, {columns}], as config.json says");
        }
    }

    // Columns sorted by their activations have groups that are not next to each other.
    private void CheckGroupOrder(string name, int columns, int group)
    {
        if (!Contains(name))
        {
            return;
        }

        SafetensorsTensor tensor = Words(name, columns);
        ReadOnlySpan<int> groups = tensors.Get<int>(tensor.Name).Span;
        for (int column = 0; column < columns; column++)
        {
            if (groups[column] != column / group)
            {
                throw Problem(
                    tensor,
                    $"puts column {column} into group {groups[column]}; allowed is {column / group}, groups of {group} columns that follow each other. Quantise without act order (desc_act: false)");
            }
        }
    }

    // Symmetric GPTQ stores zero points nevertheless.
    private void CheckMiddle(string name, IntegerScheme scheme, int rows, int groups)
    {
        if (scheme.HasZeroPoints || !Contains(name))
        {
            return;
        }

        var zeros = new byte[checked(rows * groups)];
        new PackedZeroPoints(tensors, Words(name, groups, rows / 8), scheme, rows, groups).Read(0, rows, zeros);
        if (zeros.AsSpan().IndexOfAnyExcept(IntegerElements.MiddleOfFour) is var other and >= 0)
        {
            throw Problem(
                Get(name), $"has zero point {zeros[other]} for row {other / groups}, group {other % groups}; required is {IntegerElements.MiddleOfFour}, as config.json says sym: true");
        }
    }

    private SafetensorsTensor Words(string name, params ReadOnlySpan<long> shape)
    {
        SafetensorsTensor tensor = Find(name, shape);
        return tensor.Dtype == SafetensorsDtype.I32 ? tensor : throw Problem(tensor, $"is stored as {tensor.Dtype}; required is I32");
    }

    private SafetensorsTensor Beside(string name, string what, params ReadOnlySpan<long> shape) => Contains(name) ? Find(name, shape) : throw Missing(name, what);

    private CheckpointException Missing(string name, string what) =>
        new($"{tensors.Folder}: tensor {CheckpointException.Quote(prefix + name)} is missing; required is {what} beside the quantised weight.");
}
