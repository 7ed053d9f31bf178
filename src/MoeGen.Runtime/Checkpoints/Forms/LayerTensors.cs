namespace MoeGen.Checkpoints;

/// <summary>The tensors of one layer by their names after <c>layers.N.</c>, each with its shape and element type checked.</summary>
internal sealed partial class LayerTensors(SafetensorsCheckpoint tensors, string prefix, Quantization quantization)
{
    private const string ScaleSuffix = "_scale_inv";

    /// <summary>For messages.</summary>
    public string Folder => tensors.Folder;

    public bool Contains(string name) => tensors.Contains(prefix + name);

    /// <summary>A matrix of a tensor [rows, columns], of F8_E4M3 with its factors too; or of integers with their scales in its place.</summary>
    public StoredMatrix Matrix(string name, int rows, int columns)
    {
        if (FindIntegers(name, rows, columns) is { } integers)
        {
            return integers;
        }

        SafetensorsTensor tensor = Find(name, rows, columns);
        return tensor.Dtype == SafetensorsDtype.F8_E4M3 ? Fp8(name, tensor, rows, columns) : new PlainMatrix(tensors, Plain(tensor), 0, rows, columns);
    }

    /// <summary>A vector of a tensor [length] or [1, length], as one row.</summary>
    public StoredMatrix Vector(string name, int length)
    {
        SafetensorsTensor tensor = Get(name);
        bool isRow = tensor.Shape.Count == 2 && tensor.Shape[0] == 1;
        tensor = isRow ? Find(name, 1, length) : Find(name, length);
        return new PlainMatrix(tensors, Plain(tensor), 0, 1, length);
    }

    /// <summary>Vectors of a tensor [count, length], as rows.</summary>
    public StoredMatrix Vectors(string name, int count, int length) => new PlainMatrix(tensors, Plain(Find(name, count, length)), 0, count, length);

    /// <summary>An expert's matrix of a tensor [experts, rows, columns].</summary>
    public StoredMatrix Stacked(string name, int expert, int experts, int rows, int columns) =>
        new PlainMatrix(tensors, Plain(Find(name, experts, rows, columns)), (long)expert * rows * columns, rows, columns);

    /// <summary>An expert's matrix of a tensor [experts, columns, rows].</summary>
    public StoredMatrix Transposed(string name, int expert, int experts, int rows, int columns) =>
        new TransposedMatrix(tensors, Plain(Find(name, experts, columns, rows)), (long)expert * rows * columns, rows, columns);

    /// <summary>An expert's matrix of NAME_blocks [experts, rows, columns / 32, 16] and NAME_scales [experts, rows, columns / 32].</summary>
    public StoredMatrix Mxfp4(string name, int expert, int experts, int rows, int columns)
    {
        if (!quantization.IsMxfp4)
        {
            throw Problem(Get(name + "_blocks"), "is MXFP4, and config.json says no quant_method mxfp4");
        }

        int blocks = columns / Mxfp4Elements.BlockValues;
        if (columns % Mxfp4Elements.BlockValues != 0)
        {
            throw Problem(Get(name + "_blocks"), $"has rows of {columns} values by config.json; allowed are multiples of {Mxfp4Elements.BlockValues}");
        }

        SafetensorsTensor values = Bytes(Find(name + "_blocks", experts, rows, blocks, Mxfp4Elements.BlockBytes));
        SafetensorsTensor scales = Bytes(Find(name + "_scales", experts, rows, blocks));
        return new Mxfp4Matrix(tensors, values, scales, (long)expert * rows * blocks, rows, columns);
    }

    private Fp8BlockMatrix Fp8(string name, SafetensorsTensor tensor, int rows, int columns)
    {
        if (quantization.BlockRows == 0)
        {
            throw Problem(tensor, "is F8_E4M3, and config.json has no quantization_config with quant_method fp8 and weight_block_size");
        }

        int factorRows = SharedExperts.Count(rows, quantization.BlockRows);
        int factorColumns = SharedExperts.Count(columns, quantization.BlockColumns);
        SafetensorsTensor factors = Plain(Find(name + ScaleSuffix, factorRows, factorColumns));
        return new Fp8BlockMatrix(
            tensors,
            tensor,
            new PlainMatrix(tensors, factors, 0, factorRows, factorColumns),
            quantization.BlockRows,
            quantization.BlockColumns,
            rows,
            columns);
    }

    private SafetensorsTensor Get(string name) => tensors.GetTensor(prefix + name);

    private SafetensorsTensor Find(string name, params ReadOnlySpan<long> shape)
    {
        SafetensorsTensor tensor = Get(name);
        bool fits = tensor.Shape.Count == shape.Length;
        for (int i = 0; fits && i < shape.Length; i++)
        {
            fits = tensor.Shape[i] == shape[i];
        }

        return fits ? tensor : throw Problem(tensor, $"must be [{string.Join(", ", shape.ToArray())}], as config.json says");
    }

    private SafetensorsTensor Plain(SafetensorsTensor tensor) => StoredElements.CanConvert(tensor.Dtype)
        ? tensor
        : throw Problem(tensor, $"is stored as {tensor.Dtype}; only BF16, F16 and F32 can be converted, F8_E4M3 in [rows, columns] of fp8 checkpoints, and integers that quantization_config of config.json describes");

    private SafetensorsTensor Bytes(SafetensorsTensor tensor) =>
        tensor.Dtype == SafetensorsDtype.U8 ? tensor : throw Problem(tensor, $"is stored as {tensor.Dtype}; MXFP4 is U8");

    private CheckpointException Problem(SafetensorsTensor tensor, string problem) =>
        new($"{tensors.PathOf(tensor.Name)}: tensor {tensor} {problem}.");
}
