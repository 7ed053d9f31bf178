namespace MoeGen;

/// <summary>
/// The 8-bit weights of one layer in device memory: codes of fc1 [E, 2I, H] (gated) or [E, I, H] (plain) and of fc2 [E, H, I], row-major,
/// each row padded with zeros to a multiple of 16 bytes, and an fp32 scale of each row. Buffers belong to the caller, unless
/// <see cref="Upload"/> made them.
/// </summary>
/// <typeparam name="T">Element type of input, biases and output.</typeparam>
public sealed class DeviceQuantizedMoeWeights<T> : DeviceExpertWeights<T>
    where T : unmanaged
{
    private const int RowAlignment = 16;

    /// <summary>Uses buffers that the caller owns and keeps alive; lengths are checked when a layer takes them.</summary>
    /// <param name="shape">E, H and I.</param>
    /// <param name="fc1Layout">Row order of fc1; <see cref="Fc1Layout.Plain"/> says that there is no gate.</param>
    /// <param name="fc1ExpertWeights">[E, 2I, <see cref="RowBytes"/>(H)] or, plain, [E, I, <see cref="RowBytes"/>(H)].</param>
    /// <param name="fc2ExpertWeights">[E, H, <see cref="RowBytes"/>(I)].</param>
    /// <param name="fc1Scales">fp32 [E, 2I] or, plain, [E, I], in the order of fc1's rows.</param>
    /// <param name="fc2Scales">fp32 [E, H].</param>
    public DeviceQuantizedMoeWeights(
        MoeShape shape,
        Fc1Layout fc1Layout,
        DeviceBuffer<sbyte> fc1ExpertWeights,
        DeviceBuffer<sbyte> fc2ExpertWeights,
        DeviceBuffer<float> fc1Scales,
        DeviceBuffer<float> fc2Scales)
        : base(shape, fc1Layout)
    {
        ArgumentNullException.ThrowIfNull(fc1ExpertWeights);
        ArgumentNullException.ThrowIfNull(fc2ExpertWeights);
        ArgumentNullException.ThrowIfNull(fc1Scales);
        ArgumentNullException.ThrowIfNull(fc2Scales);
        (Fc1ExpertWeights, Fc2ExpertWeights, Fc1Scales, Fc2Scales) = (fc1ExpertWeights, fc2ExpertWeights, fc1Scales, fc2Scales);
    }

    /// <summary>Codes of fc1.</summary>
    public DeviceBuffer<sbyte> Fc1ExpertWeights { get; }

    /// <summary>Codes of fc2.</summary>
    public DeviceBuffer<sbyte> Fc2ExpertWeights { get; }

    /// <summary>fp32 [E, 2I] or, plain, [E, I].</summary>
    public DeviceBuffer<float> Fc1Scales { get; }

    /// <summary>fp32 [E, H].</summary>
    public DeviceBuffer<float> Fc2Scales { get; }

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
        new IDeviceMemory?[] { Fc1ExpertWeights, Fc2ExpertWeights, Fc1Scales, Fc2Scales, InputFactors, InputScale, ActivatedScales }.OfType<IDeviceMemory>();

    /// <summary>Bytes of a row of so many codes: rounded up to 16.</summary>
    /// <param name="columns">Codes of the row.</param>
    public static int RowBytes(int columns) => checked(columns + RowAlignment - 1) / RowAlignment * RowAlignment;

    /// <summary>Copies host weights to the device, expert by expert; waits until they are there.</summary>
    /// <param name="context">The GPU.</param>
    /// <param name="weights">Of the format <see cref="WeightFormat.Int8PerChannel"/>.</param>
    /// <exception cref="NotSupportedException">The weights are of another format.</exception>
    public static DeviceQuantizedMoeWeights<T> Upload(CudaContext context, QuantizedMoeWeights<T> weights)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Format != WeightFormat.Int8PerChannel)
        {
            throw new NotSupportedException($"The weights are {weights.Format}; GPU kernels take Int8PerChannel.");
        }

        var owned = new List<IDisposable>();
        try
        {
            var uploaded = new DeviceQuantizedMoeWeights<T>(
                weights.Shape,
                weights.Fc1Layout,
                CopyCodes(context, weights.Fc1ExpertWeights, owned),
                CopyCodes(context, weights.Fc2ExpertWeights, owned),
                CopyScales(context, weights.Fc1ExpertWeights, owned),
                CopyScales(context, weights.Fc2ExpertWeights, owned))
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
        WeightChecks.CheckConfiguration(descriptor, Shape, Fc1Layout);
        BufferChecks.Check(Fc1ExpertWeights, fc1Rows * RowBytes(Shape.HiddenSize), context, nameof(Fc1ExpertWeights), "rows of fc1 * RowBytes(H)");
        BufferChecks.Check(Fc2ExpertWeights, fc2Rows * RowBytes(Shape.IntermediateSize), context, nameof(Fc2ExpertWeights), "E * H * RowBytes(I)");
        BufferChecks.Check(Fc1Scales, fc1Rows, context, nameof(Fc1Scales), gated ? "E * 2I" : "E * I");
        BufferChecks.Check(Fc2Scales, fc2Rows, context, nameof(Fc2Scales), "E * H");
        WeightChecks.CheckOptional(InputFactors, Shape.HiddenSize, context, nameof(InputFactors), "H");
        WeightChecks.CheckOptional(InputScale, 1, context, nameof(InputScale), "one");
        WeightChecks.CheckOptional(ActivatedScales, experts, context, nameof(ActivatedScales), "E");
        WeightChecks.CheckExtras(descriptor, context, Shape, gated, Fc1ExpertBiases, Fc2ExpertBiases, SwigluAlpha, SwigluBeta, SwigluLimit);
    }

    /// <inheritdoc/>
    internal override CudaWeights<T> Bind(DeviceBuffer<int>? map) => base.Bind(map) with
    {
        Fc1ExpertWeights = new(Fc1ExpertWeights.Pointer.Address),
        Fc2ExpertWeights = new(Fc2ExpertWeights.Pointer.Address),
        Fc1Scales = Fc1Scales.Pointer,
        Fc2Scales = Fc2Scales.Pointer,
        InputFactors = InputFactors?.Pointer ?? default,
        InputScale = InputScale?.Pointer ?? default,
        ActivatedScales = ActivatedScales?.Pointer ?? default,
    };

    private static DeviceBuffer<sbyte> CopyCodes(CudaContext context, IReadOnlyList<QuantizedMatrix> experts, List<IDisposable> owned)
    {
        int columns = experts[0].Columns, rowBytes = RowBytes(columns);
        var padded = new sbyte[(long)experts[0].Rows * rowBytes];
        DeviceBuffer<sbyte> buffer = context.Allocate<sbyte>((long)experts.Count * padded.Length);
        owned.Add(buffer);
        for (int expert = 0; expert < experts.Count; expert++)
        {
            ReadOnlySpan<sbyte> codes = experts[expert].Int8Codes;
            for (int row = 0; row < experts[expert].Rows; row++)
            {
                codes.Slice(row * columns, columns).CopyTo(padded.AsSpan(row * rowBytes));
            }

            buffer.CopyFrom((long)expert * padded.Length, padded);
        }

        return buffer;
    }

    private static DeviceBuffer<float> CopyScales(CudaContext context, IReadOnlyList<QuantizedMatrix> experts, List<IDisposable> owned)
    {
        int rows = experts[0].Rows;
        DeviceBuffer<float> buffer = context.Allocate<float>((long)experts.Count * rows);
        owned.Add(buffer);
        for (int expert = 0; expert < experts.Count; expert++)
        {
            buffer.CopyFrom((long)expert * rows, experts[expert].Scales.Span);
        }

        return buffer;
    }
}
