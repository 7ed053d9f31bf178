namespace MoeGen;

/// <summary>
/// The quantised weights of one layer in device memory: codes of fc1 [E, 2I, H] (gated) or [E, I, H] (plain) and of fc2 [E, H, I],
/// row-major, and their scales. <see cref="Upload"/> lays them out for the kernels.
/// </summary>
/// <remarks>
/// 8-bit codes are two's complement, each row padded with zeros to a multiple of 16 bytes (<see cref="RowBytes"/>), with an fp32 scale of each
/// row. Of 4-bit codes eight share a 32-bit word, element 2i in bits 4i and element 2i + 1 in bits 16 + 4i, with a scale of each group of
/// the element type; those of MXFP4 times 2^126 (BF16) or 2^14 (FP16), which the kernels' decoding takes back.
/// </remarks>
/// <typeparam name="T">Element type of input, biases and output.</typeparam>
public sealed class DeviceQuantizedMoeWeights<T> : DeviceExpertWeights<T>
    where T : unmanaged
{
    private const int RowAlignment = 16;

    private readonly DeviceCodes<T> _fc1;
    private readonly DeviceCodes<T> _fc2;

    private DeviceQuantizedMoeWeights(QuantizedMoeWeights<T> weights, DeviceCodes<T> fc1, DeviceCodes<T> fc2)
        : base(weights.Shape, weights.Fc1Layout)
    {
        (_fc1, _fc2) = (fc1, fc2);
        (Format, GroupSize, HasZeroPoints) = (weights.Format, weights.GroupSize, weights.HasZeroPoints);
    }

    /// <summary>8-bit weights in buffers that the caller owns and keeps alive; lengths are checked when a layer takes them.</summary>
    /// <param name="shape">E, H and I.</param>
    /// <param name="fc1Layout">Row order of fc1; <see cref="Fc1Layout.Plain"/> says that there is no gate.</param>
    /// <param name="fc1ExpertWeights">[E, 2I, <see cref="RowBytes"/>(H)] or, plain, [E, I, <see cref="RowBytes"/>(H)].</param>
    /// <param name="fc2ExpertWeights">[E, H, <see cref="RowBytes"/>(I)].</param>
    /// <param name="fc1Scales">fp32 [E, 2I] or, plain, [E, I], in the order of fc1's rows.</param>
    /// <param name="fc2Scales">fp32 [E, H].</param>
    public DeviceQuantizedMoeWeights(
        MoeShape shape,
        Fc1Layout fc1Layout,
        DeviceBuffer<byte> fc1ExpertWeights,
        DeviceBuffer<byte> fc2ExpertWeights,
        DeviceBuffer<float> fc1Scales,
        DeviceBuffer<float> fc2Scales)
        : base(shape, fc1Layout)
    {
        ArgumentNullException.ThrowIfNull(fc1ExpertWeights);
        ArgumentNullException.ThrowIfNull(fc2ExpertWeights);
        ArgumentNullException.ThrowIfNull(fc1Scales);
        ArgumentNullException.ThrowIfNull(fc2Scales);
        _fc1 = new DeviceCodes<T>(fc1ExpertWeights) { ChannelScales = fc1Scales };
        _fc2 = new DeviceCodes<T>(fc2ExpertWeights) { ChannelScales = fc2Scales };
        Format = WeightFormat.Int8PerChannel;
    }

    /// <summary>How the weights are stored.</summary>
    public WeightFormat Format { get; }

    /// <summary>Elements along a row that share a scale; 0 where a whole row does.</summary>
    public int GroupSize { get; }

    /// <summary>Whether groups have zero points.</summary>
    public bool HasZeroPoints { get; }

    /// <summary>Codes of fc1.</summary>
    public DeviceBuffer<byte> Fc1ExpertWeights => _fc1.Codes;

    /// <summary>Codes of fc2.</summary>
    public DeviceBuffer<byte> Fc2ExpertWeights => _fc2.Codes;

    /// <summary>fp32 [H], multiplied into each token before it is quantised; null means 1.</summary>
    public DeviceBuffer<float>? InputFactors { get; init; }

    /// <summary>fp32 [1], a calibrated scale of all tokens; null: each token has its own.</summary>
    public DeviceBuffer<float>? InputScale { get; init; }

    /// <summary>fp32 [E], calibrated scales of each expert's activated rows; null: each row has its own.</summary>
    public DeviceBuffer<float>? ActivatedScales { get; init; }

    /// <inheritdoc/>
    public override CudaContext Context => Fc1ExpertWeights.Context;

    /// <inheritdoc/>
    private protected override IEnumerable<IDeviceMemory> Matrices =>
        [.. _fc1.Buffers, .. _fc2.Buffers, .. new IDeviceMemory?[] { InputFactors, InputScale, ActivatedScales }.OfType<IDeviceMemory>()];

    /// <summary>Bytes of a row of so many 8-bit codes: rounded up to 16.</summary>
    /// <param name="columns">Codes of the row.</param>
    public static int RowBytes(int columns) => checked(columns + RowAlignment - 1) / RowAlignment * RowAlignment;

    /// <summary>Copies host weights to the device, expert by expert; waits until they are there.</summary>
    /// <param name="context">The GPU.</param>
    /// <param name="weights">Of any format.</param>
    /// <exception cref="NotSupportedException">A scale of MXFP4 is beyond 2, so that the kernels could not decode with it.</exception>
    public static DeviceQuantizedMoeWeights<T> Upload(CudaContext context, QuantizedMoeWeights<T> weights)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(weights);
        var owned = new List<IDisposable>();
        try
        {
            var uploaded = new DeviceQuantizedMoeWeights<T>(
                weights, DeviceCodes<T>.Upload(context, weights.Fc1ExpertWeights, owned), DeviceCodes<T>.Upload(context, weights.Fc2ExpertWeights, owned))
            {
                Fc1ExpertBiases = Copy(context, weights.Fc1ExpertBiases, owned),
                Fc2ExpertBiases = Copy(context, weights.Fc2ExpertBiases, owned),
                SwigluAlpha = Copy(context, weights.SwigluAlpha, owned),
                SwigluBeta = Copy(context, weights.SwigluBeta, owned),
                SwigluLimit = Copy(context, weights.SwigluLimit, owned),
                InputFactors = Copy(context, weights.InputFactors, owned),
                InputScale = weights.InputScale > 0 ? Copy<float>(context, new[] { weights.InputScale }, owned) : null,
                ActivatedScales = Copy(context, weights.ActivatedScales, owned),
                LocalExperts = weights.LocalExperts,
            };
            uploaded.Own(owned);
            return uploaded;
        }
        catch
        {
            owned.ForEach(buffer => buffer.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    internal override void Check(MoeDescriptor descriptor, CudaContext context)
    {
        bool gated = Fc1Layout != Fc1Layout.Plain;
        long experts = Shape.NumExperts, fc1Rows = experts * Shape.Fc1Rows(gated), fc2Rows = experts * Shape.HiddenSize;
        WeightChecks.CheckFormat(descriptor, Format, GroupSize, HasZeroPoints);
        WeightChecks.CheckConfiguration(descriptor, Shape, Fc1Layout);
        _fc1.Check(context, fc1Rows, Shape.HiddenSize, Format, GroupSize, nameof(Fc1ExpertWeights));
        _fc2.Check(context, fc2Rows, Shape.IntermediateSize, Format, GroupSize, nameof(Fc2ExpertWeights));
        QuantizationChecks.CheckSmoothing(InputFactors is not null, descriptor.QuantizesActivations);
        WeightChecks.CheckOptional(InputFactors, Shape.HiddenSize, context, nameof(InputFactors), "H");
        WeightChecks.CheckOptional(InputScale, 1, context, nameof(InputScale), "one");
        WeightChecks.CheckOptional(ActivatedScales, experts, context, nameof(ActivatedScales), "E");
        WeightChecks.CheckExtras(descriptor, context, Shape, gated, Fc1ExpertBiases, Fc2ExpertBiases, SwigluAlpha, SwigluBeta, SwigluLimit);
    }

    /// <inheritdoc/>
    internal override CudaWeights<T> Bind(DeviceBuffer<int>? map) => base.Bind(map) with
    {
        Fc1ExpertWeights = new(_fc1.Codes.Pointer.Address),
        Fc2ExpertWeights = new(_fc2.Codes.Pointer.Address),
        Fc1Scales = _fc1.Scales,
        Fc2Scales = _fc2.Scales,
        Fc1ZeroPoints = _fc1.ZeroPoints?.Pointer ?? default,
        Fc2ZeroPoints = _fc2.ZeroPoints?.Pointer ?? default,
        InputFactors = InputFactors?.Pointer ?? default,
        InputScale = InputScale?.Pointer ?? default,
        ActivatedScales = ActivatedScales?.Pointer ?? default,
    };
}
