namespace MoeGen.Checkpoints;

/// <summary>The MoE block of one layer of a checkpoint: its router and its experts, routed and shared.</summary>
public sealed class MoeBlock
{
    private readonly WeightSource _source;

    internal MoeBlock(string folder, string family, int layer, MoeBlockConfig config, MoeBlockTensors tensors)
    {
        Family = family;
        Layer = layer;
        Shape = config.WholeShape;
        Activation = config.Activation;
        Swiglu = config.Swiglu;
        StoredDtype = tensors.Experts[0].Fc1[0].Source.Tensor.Dtype;
        Router = new MoeRouter(config.Routing, config.Shape.NumExperts, config.TopK, tensors.Router.ToSingles(folder), config.RouterOptions)
        {
            Bias = tensors.RouterBias?.ToSingles(folder),
            SelectionBias = tensors.SelectionBias?.ToSingles(folder),
            SharedGateWeight = tensors.SharedGate?.ToSingles(folder),
        };
        _source = new WeightSource(folder, Shape, config.Fc1Layout, tensors);
        Scheme = ExpertScheme.Find(tensors).Scheme;
        HasStaticScales = config.Quantization.Integers is { HasInputScales: true };
        QuantizesActivations = config.Quantization.Integers is { QuantizesActivations: true } && QuantizedFormat == WeightFormat.Int8PerChannel;
    }

    /// <summary>The one form of all experts' codes; null where there is none.</summary>
    internal ExpertScheme? Scheme { get; }

    /// <summary>Whether the activations' scales are stored.</summary>
    internal bool HasStaticScales { get; }

    /// <summary>Elements along a row of expert 0's fc1 that share a scale in the file; 0 where they are not quantised.</summary>
    internal int StoredGroupSize => (_source.Tensors.Experts[0].Fc1[0].Source as ICodedMatrix)?.StoredGroup ?? 0;

    /// <summary>Where the experts are.</summary>
    internal MoeBlockTensors Stored => _source.Tensors;

    /// <summary>config.json's model_type; where the file describes several models in one, that of the text model.</summary>
    public string Family { get; }

    /// <summary>Index of the layer.</summary>
    public int Layer { get; }

    /// <summary>E + S, H, I: the routed experts and behind them the shared ones, which are as wide as the routed ones, filled up with zeros.</summary>
    public MoeShape Shape { get; }

    /// <summary>The router, widened exactly to fp32; it knows E, K and S.</summary>
    public MoeRouter Router { get; }

    /// <summary>K, routed experts per token; with the shared ones, a token visits <see cref="MoeRouter.SlotsPerToken"/>.</summary>
    public int TopK => Router.TopK;

    /// <summary>How experts are chosen from the router's logits.</summary>
    public RoutingMethod Routing => Router.Routing;

    /// <summary>The function between the GEMMs.</summary>
    public Activation Activation { get; }

    /// <summary>The constants of <see cref="Activation.SwigluOai"/>; of no meaning for other functions.</summary>
    public SwigluConstants Swiglu { get; }

    /// <summary>The row order of fc1 in loaded weights.</summary>
    public Fc1Layout Fc1Layout => _source.Fc1Layout;

    /// <summary>
    /// Element type of the experts' weights in the file (of expert 0's fc1): BF16, F16, F32; F8_E4M3 in fp8 checkpoints; U8 for MXFP4;
    /// I8 or I32 for integers. All but the first three are loaded with conversion only.
    /// </summary>
    public SafetensorsDtype StoredDtype { get; }

    /// <summary>
    /// The format in which <see cref="LoadQuantizedWeights"/> loads the experts; <see cref="WeightFormat.SameAsDtype"/> where they are not
    /// quantised, or not in one scheme that it knows.
    /// </summary>
    public WeightFormat QuantizedFormat => Scheme?.Format ?? WeightFormat.SameAsDtype;

    /// <summary>Whether config.json says that activations are quantised as well (W8A8).</summary>
    public bool QuantizesActivations { get; }

    /// <summary>
    /// Copies the experts' weights into memory of their own, valid after the checkpoint is disposed. Several threads load an expert each;
    /// nothing but the result is allocated.
    /// </summary>
    /// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="allowConversion">
    /// Left out, every tensor must be stored as <typeparamref name="T"/> and is taken bit for bit. With <see langword="true"/>, tensors of
    /// BF16, F16 and F32 are converted, and FP8, MXFP4 and integers dequantised in fp32, then rounded once to nearest, ties to even; numbers beyond the
    /// range of <see cref="Half"/> become infinite.
    /// </param>
    /// <param name="progress">Told after each expert, from the thread that loaded it, one call at a time.</param>
    /// <exception cref="CheckpointException">A tensor is stored in another type, or an expert's fc1 exceeds one array.</exception>
    /// <exception cref="ObjectDisposedException">The checkpoint is disposed.</exception>
    public MoeWeights<T> LoadWeights<T>(bool allowConversion = false, IProgress<MoeLoadProgress>? progress = null)
        where T : unmanaged => HostLoader.Load<T>(_source, allowConversion, progress);

    /// <summary>
    /// The experts' weights, converted as by <see cref="LoadWeights"/>, of which one expert's are in memory at a time; valid while the checkpoint is open.
    /// </summary>
    internal MoeWeights<T> StreamWeights<T>()
        where T : unmanaged => StreamLoader.Load<T>(_source);

    /// <summary>
    /// Copies the experts' codes, scales and zero points into memory of their own, as they are stored: compressed-tensors of 8 and 4 bits, AWQ,
    /// GPTQ, MXFP4. Groups of more than 128 elements become groups of 128, 64 or 32 with the same scale; where experts have static input
    /// scales, tokens get the largest. Exponent 0 of MXFP4, 2^-127, becomes a scale of 0. Several threads load an expert each.
    /// </summary>
    /// <typeparam name="T">Element type of input, output and biases: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="progress">Told after each expert, from the thread that loaded it, one call at a time.</param>
    /// <exception cref="CheckpointException">
    /// The experts are not quantised, or not all in one scheme with groups of a multiple of 32 or, with 8 bits, whole rows; or a scale is not
    /// finite or negative.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The checkpoint is disposed.</exception>
    public QuantizedMoeWeights<T> LoadQuantizedWeights<T>(IProgress<MoeLoadProgress>? progress = null)
        where T : unmanaged => QuantizedLoader.Load<T>(_source, progress);

    /// <summary>
    /// Copies the experts' weights into device memory, without a copy of them in host memory: tensors that are stored as they are needed go
    /// to the device from the mapped file, others are converted by at most 8 threads in a buffer of 2 MB each. Waits until they are there.
    /// </summary>
    /// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="context">The device.</param>
    /// <param name="allowConversion">As for <see cref="LoadWeights"/>.</param>
    /// <param name="progress">Told after each expert, from the calling thread.</param>
    /// <returns>Weights whose buffers their <see cref="DeviceExpertWeights{T}.Dispose"/> frees.</returns>
    /// <exception cref="CheckpointException">A tensor is stored in another type.</exception>
    /// <exception cref="ObjectDisposedException">The checkpoint is disposed.</exception>
    /// <exception cref="CudaException">The driver reports an error; what was allocated is freed.</exception>
    public DeviceMoeWeights<T> Upload<T>(CudaContext context, bool allowConversion = false, IProgress<MoeLoadProgress>? progress = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(context);
        return new DeviceLoader<T>(context, _source).Load(allowConversion, progress);
    }
}
