using System.Numerics;

namespace MoeGen;

/// <summary>
/// What the weights of a layer have in common, whatever their format: sizes, fc1's row order, and what may come with them: biases, the
/// activation's constants of each expert, the placement of the experts. Each of these may be left out by itself. Nothing is copied.
/// </summary>
/// <typeparam name="T">Element type of the layer: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
public abstract class ExpertWeights<T>
    where T : unmanaged
{
    private readonly LocalExperts? _localExperts;
    private readonly ReadOnlyMemory<T> _fc1Biases;
    private readonly ReadOnlyMemory<T> _fc2Biases;
    private readonly ReadOnlyMemory<float> _swigluAlpha;
    private readonly ReadOnlyMemory<float> _swigluBeta;
    private readonly ReadOnlyMemory<float> _swigluLimit;

    private protected ExpertWeights(MoeShape shape, Fc1Layout fc1Layout)
    {
        Dtype = ElementType.DtypeOf<T>();
        if (shape.IsDefault)
        {
            throw new ArgumentException("shape is default(MoeShape); make it with its constructor.", nameof(shape));
        }

        Rows = Fc1RowMap.For(fc1Layout, shape.IntermediateSize);
        Shape = shape;
        Fc1Layout = fc1Layout;
    }

    /// <summary>E, H, I.</summary>
    public MoeShape Shape { get; }

    /// <summary>The row order of fc1.</summary>
    public Fc1Layout Fc1Layout { get; }

    /// <summary>The row addressing of fc1.</summary>
    public Fc1RowMap Rows { get; }

    /// <summary>The element type as an enum.</summary>
    public Dtype Dtype { get; }

    /// <summary>Whether fc1 holds gate and up rows (2I an expert) rather than I.</summary>
    public bool IsGated => Fc1Layout != Fc1Layout.Plain;

    /// <summary>[E, 2I] gated, [E, I] for <see cref="Fc1Layout.Plain"/>, in fc1's row order; empty means none. Added before the activation.</summary>
    /// <exception cref="ArgumentException">The length is wrong; the message names it and the length required.</exception>
    public ReadOnlyMemory<T> Fc1ExpertBiases
    {
        get => _fc1Biases;
        init => _fc1Biases = CheckLength(
            value,
            nameof(Fc1ExpertBiases),
            (IsGated ? 2L : 1L) * Shape.IntermediateSize,
            $"{(IsGated ? "2 x " : string.Empty)}intermediateSize {Shape.IntermediateSize}, in the row order {Fc1Layout}");
    }

    /// <summary>[E, H]; empty means none. Added before the expert's scale.</summary>
    /// <exception cref="ArgumentException">The length is wrong; the message names it and the length required.</exception>
    public ReadOnlyMemory<T> Fc2ExpertBiases
    {
        get => _fc2Biases;
        init => _fc2Biases = CheckLength(value, nameof(Fc2ExpertBiases), Shape.HiddenSize, $"hiddenSize {Shape.HiddenSize}");
    }

    /// <summary>[E], alpha of each expert instead of the configuration's constant; empty means that constant. Only with <see cref="Activation.SwigluOai"/>.</summary>
    /// <exception cref="ArgumentException">The length is not E, or a value is not finite.</exception>
    public ReadOnlyMemory<float> SwigluAlpha
    {
        get => _swigluAlpha;
        init => _swigluAlpha = CheckEach(value, nameof(SwigluAlpha), SwigluChecks.CheckFinite);
    }

    /// <summary>[E], beta of each expert instead of the configuration's constant; empty means that constant. Only with <see cref="Activation.SwigluOai"/>.</summary>
    /// <exception cref="ArgumentException">The length is not E, or a value is not finite.</exception>
    public ReadOnlyMemory<float> SwigluBeta
    {
        get => _swigluBeta;
        init => _swigluBeta = CheckEach(value, nameof(SwigluBeta), SwigluChecks.CheckFinite);
    }

    /// <summary>
    /// [E], limit of each expert instead of the configuration's constant; empty means that constant. Only with
    /// <see cref="Activation.SwigluOai"/> and <see cref="Activation.SwigluStep"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The length is not E, or a value is neither positive nor +infinity.</exception>
    public ReadOnlyMemory<float> SwigluLimit
    {
        get => _swigluLimit;
        init => _swigluLimit = CheckEach(value, nameof(SwigluLimit), SwigluChecks.CheckLimit);
    }

    /// <summary>Which of all devices' experts these are; null: all, so that ids are local.</summary>
    /// <exception cref="ArgumentException">The placement names experts that are not here.</exception>
    public LocalExperts? LocalExperts
    {
        get => _localExperts;
        init
        {
            value?.CheckFits(Shape.NumExperts, nameof(LocalExperts));
            _localExperts = value;
        }
    }

    /// <summary>fc1 where its matrices are made when they are asked for, one at a time; <see langword="null"/> where all are in memory.</summary>
    internal abstract IExpertStream? Fc1Stream { get; }

    /// <summary>fc2, as <see cref="Fc1Stream"/>.</summary>
    internal abstract IExpertStream? Fc2Stream { get; }

    /// <summary>Rows of an expert's fc1 as GEMM1 multiplies them, from <paramref name="firstRow"/> on.</summary>
    /// <param name="expert">The expert.</param>
    /// <param name="firstRow">The first row, in fc1's row order.</param>
    /// <param name="rows">Whole rows of H; written.</param>
    internal abstract void LoadFc1Rows<TAcc>(int expert, int firstRow, Span<TAcc> rows)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>;

    /// <summary>Rows of an expert's fc2 as GEMM2 multiplies them, from <paramref name="firstRow"/> on.</summary>
    /// <param name="expert">The expert.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rows">Whole rows of I; written.</param>
    internal abstract void LoadFc2Rows<TAcc>(int expert, int firstRow, Span<TAcc> rows)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>;

    /// <summary>What the sum of each row of an expert's fc1 is multiplied by; empty means 1.</summary>
    internal virtual ReadOnlySpan<float> Fc1ChannelScales(int expert) => default;

    /// <summary>What the sum of each row of an expert's fc2 is multiplied by; empty means 1.</summary>
    internal virtual ReadOnlySpan<float> Fc2ChannelScales(int expert) => default;

    private protected ReadOnlyMemory<TValue> CheckLength<TValue>(ReadOnlyMemory<TValue> values, string name, long each, string what)
    {
        if (!values.IsEmpty && values.Length != each * Shape.NumExperts)
        {
            throw new ArgumentException(
                $"{name} has {values.Length} elements; required are {each * Shape.NumExperts} ({Shape.NumExperts} experts of {what}), or none.", name);
        }

        return values;
    }

    private protected ReadOnlyMemory<float> CheckEach(ReadOnlyMemory<float> values, string name, Action<float, string, string> check)
    {
        CheckLength(values, name, 1, "one value");
        for (int expert = 0; expert < values.Length; expert++)
        {
            check(values.Span[expert], $"{name} of expert {expert}", name);
        }

        return values;
    }
}
