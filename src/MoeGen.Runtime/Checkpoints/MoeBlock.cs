namespace MoeGen.Checkpoints;

/// <summary>The MoE block of one layer of a checkpoint.</summary>
public sealed class MoeBlock
{
    private readonly SafetensorsCheckpoint _tensors;
    private readonly ICheckpointFamily _family;

    internal MoeBlock(SafetensorsCheckpoint tensors, ICheckpointFamily family, MoeBlockConfig config, int layer)
    {
        _tensors = tensors;
        _family = family;
        Layer = layer;
        Shape = config.Shape;
        TopK = config.TopK;
        Routing = config.Routing;
        Activation = config.Activation;
        CheckShapes();
        StoredDtype = tensors.GetTensor(family.GateName(layer, 0)).Dtype;
        var router = new float[Length(family.RouterName(layer), (long)Shape.NumExperts * Shape.HiddenSize, Array.MaxLength)];
        TensorConversion.CopyConverted<float>(tensors, family.RouterName(layer), router);
        RouterWeight = router;
    }

    /// <summary>config.json's model_type.</summary>
    public string Family => _family.ModelType;

    /// <summary>Index of the layer.</summary>
    public int Layer { get; }

    /// <summary>E, H, I.</summary>
    public MoeShape Shape { get; }

    /// <summary>Experts per token.</summary>
    public int TopK { get; }

    /// <summary>How experts are chosen from the router's logits.</summary>
    public RoutingMethod Routing { get; }

    /// <summary>The function between the GEMMs.</summary>
    public Activation Activation { get; }

    /// <summary>Element type of the experts' weights in the file (of expert 0's gate).</summary>
    public SafetensorsDtype StoredDtype { get; }

    /// <summary>The router's weight, [E, H], widened exactly from BF16, F16 or F32.</summary>
    public ReadOnlyMemory<float> RouterWeight { get; }

    /// <summary>
    /// Copies the experts' weights into memory of their own, valid after the checkpoint is disposed; fc1 in <see cref="Fc1Layout.GateUp"/>.
    /// </summary>
    /// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="allowConversion">
    /// Left out, every tensor must be stored as <typeparamref name="T"/> and is taken bit for bit. With <see langword="true"/>, tensors of
    /// BF16, F16 and F32 are converted, rounded once to nearest, ties to even; numbers beyond the range of <see cref="Half"/> become infinite.
    /// </param>
    /// <exception cref="CheckpointException">A tensor is stored in another type, or gate and up of an expert exceed one array.</exception>
    /// <exception cref="ObjectDisposedException">The checkpoint is disposed.</exception>
    public MoeWeights<T> LoadWeights<T>(bool allowConversion = false)
        where T : unmanaged
    {
        _ = ElementType.DtypeOf<T>();
        var fc1 = new ReadOnlyMemory<T>[Shape.NumExperts];
        var fc2 = new ReadOnlyMemory<T>[Shape.NumExperts];
        int half = Length(_family.GateName(Layer, 0), Shape.Fc1ElementsPerExpert(gated: false), Array.MaxLength / 2);
        for (int expert = 0; expert < fc1.Length; expert++)
        {
            T[] gateUp = GC.AllocateUninitializedArray<T>(2 * half);
            Copy(_family.GateName(Layer, expert), gateUp.AsSpan(0, half), allowConversion);
            Copy(_family.UpName(Layer, expert), gateUp.AsSpan(half), allowConversion);
            T[] down = GC.AllocateUninitializedArray<T>(half);
            Copy(_family.DownName(Layer, expert), down, allowConversion);
            fc1[expert] = gateUp;
            fc2[expert] = down;
        }

        return new MoeWeights<T>(Shape, Fc1Layout.GateUp, fc1, fc2);
    }

    private void Copy<T>(string name, Span<T> destination, bool allowConversion)
        where T : unmanaged
    {
        SafetensorsTensor tensor = _tensors.GetTensor(name);
        if (tensor.Dtype.IsReadableAs<T>())
        {
            _tensors.Get<T>(name).Span.CopyTo(destination);
        }
        else if (allowConversion)
        {
            TensorConversion.CopyConverted(_tensors, name, destination);
        }
        else
        {
            throw new CheckpointException(
                $"{_tensors.Folder}: tensor {tensor} is stored as {tensor.Dtype}, and weights of {ElementType.DtypeOf<T>()} were asked for; load its own type, or pass allowConversion: true to convert BF16, F16 and F32.");
        }
    }

    // A file with holes can be far longer than the disk it lies on.
    private int Length(string name, long elements, int max) => elements <= max
        ? (int)elements
        : throw new CheckpointException(
            $"{_tensors.Folder}: tensor {_tensors.GetTensor(name)} has {elements} elements; allowed are at most {max}.");

    private void CheckShapes()
    {
        int hidden = Shape.HiddenSize;
        int intermediate = Shape.IntermediateSize;
        CheckShape(_family.RouterName(Layer), Shape.NumExperts, hidden);
        for (int expert = 0; expert < Shape.NumExperts; expert++)
        {
            CheckShape(_family.GateName(Layer, expert), intermediate, hidden);
            CheckShape(_family.UpName(Layer, expert), intermediate, hidden);
            CheckShape(_family.DownName(Layer, expert), hidden, intermediate);
        }
    }

    private void CheckShape(string name, int rows, int columns)
    {
        SafetensorsTensor tensor = _tensors.GetTensor(name);
        if (tensor.Shape.Count != 2 || tensor.Shape[0] != rows || tensor.Shape[1] != columns)
        {
            throw new CheckpointException($"{_tensors.Folder}: tensor {tensor} must be [{rows}, {columns}], as config.json says.");
        }
    }
}
