namespace MoeGen;

/// <summary>
/// The quantised weights of a layer in host memory, one matrix an expert, all in one format; with them what any weights may have.
/// Biases stay in the element type. Nothing is copied.
/// </summary>
/// <remarks>
/// The same-quantised reference, which every backend is judged against, is the layer in double precision with these weights. Of
/// <see cref="WeightFormat.Int8PerChannel"/> the codes are exact, and the channel's fp32 scale multiplies the sum before the bias. A weight of
/// <see cref="WeightFormat.Int4Group"/> is <c>round(round(scale) * (code - zero point))</c>, both rounded to the element type, BF16 or FP16, which
/// the GPU multiplies in; with float nothing is rounded. One of <see cref="WeightFormat.Mxfp4"/> is <c>round(scale * number)</c>, in the same
/// way; the scale is not rounded by itself.
/// With <see cref="Half"/> activated values are held within -65504 to 65504, NaN as it is.
/// With quantised activations (Int8PerChannel only) each token, after <see cref="InputFactors"/>, and each activated row, rounded to the
/// element type, becomes codes and a scale as <see cref="ActivationQuantizer"/> defines.
/// A sum of products of codes is exact, and <c>row scale * channel scale</c> multiplies it before the bias; so a row of zeros is exactly zero.
/// </remarks>
/// <typeparam name="T">Element type of input and output: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
public sealed class QuantizedMoeWeights<T> : ExpertWeights<T>
    where T : unmanaged
{
    private readonly IReadOnlyList<QuantizedMatrix> _fc1;
    private readonly IReadOnlyList<QuantizedMatrix> _fc2;
    private readonly ReadOnlyMemory<float> _inputFactors;
    private readonly float _inputScale;
    private readonly ReadOnlyMemory<float> _activatedScales;

    /// <summary>Takes one matrix an expert.</summary>
    /// <param name="shape">E, H, I.</param>
    /// <param name="fc1Layout">The row order of fc1; required.</param>
    /// <param name="fc1ExpertWeights">E matrices, each [2I, H] gated or [I, H] for <see cref="Fc1Layout.Plain"/>.</param>
    /// <param name="fc2ExpertWeights">E matrices, each [H, I].</param>
    /// <exception cref="ArgumentException">A number of matrices or a size is wrong, or formats or group sizes differ; the message names the expert, what was found and what is required.</exception>
    public QuantizedMoeWeights(
        MoeShape shape, Fc1Layout fc1Layout, IReadOnlyList<QuantizedMatrix> fc1ExpertWeights, IReadOnlyList<QuantizedMatrix> fc2ExpertWeights)
        : base(shape, fc1Layout)
    {
        ArgumentNullException.ThrowIfNull(fc1ExpertWeights);
        ArgumentNullException.ThrowIfNull(fc2ExpertWeights);
        QuantizedMatrix[] fc1 = [.. fc1ExpertWeights];
        QuantizedMatrix[] fc2 = [.. fc2ExpertWeights];
        QuantizedMatrix first = fc1.FirstOrDefault() ?? throw new ArgumentException($"fc1ExpertWeights holds no expert; required are {shape.NumExperts} (numExperts).", nameof(fc1ExpertWeights));
        (Format, GroupSize) = (first.Format, GroupOf(first));
        HasZeroPoints = !first.ZeroPoints.IsEmpty;
        CheckAll(fc1, nameof(fc1ExpertWeights), shape.Fc1Rows(IsGated), shape.HiddenSize);
        CheckAll(fc2, nameof(fc2ExpertWeights), shape.HiddenSize, shape.IntermediateSize);
        _fc1 = fc1;
        _fc2 = fc2;
    }

    /// <summary>Takes matrices that are made when they are asked for; of fc1 and fc2 one expert's is kept. fc1 of expert 0, which says the scheme, is made here.</summary>
    /// <param name="shape">E, H, I.</param>
    /// <param name="fc1Layout">The row order of fc1.</param>
    /// <param name="makeFc1">Makes fc1 of an expert, checked as above when it is.</param>
    /// <param name="makeFc2">Makes fc2 of an expert.</param>
    internal QuantizedMoeWeights(MoeShape shape, Fc1Layout fc1Layout, Func<int, QuantizedMatrix> makeFc1, Func<int, QuantizedMatrix> makeFc2)
        : base(shape, fc1Layout)
    {
        QuantizedMatrix first = makeFc1(0);
        (Format, GroupSize) = (first.Format, GroupOf(first));
        HasZeroPoints = !first.ZeroPoints.IsEmpty;
        _fc1 = new StreamedMatrices<QuantizedMatrix>(
            shape.NumExperts, expert => Check(makeFc1(expert), expert, "fc1ExpertWeights", shape.Fc1Rows(IsGated), shape.HiddenSize));
        _fc2 = new StreamedMatrices<QuantizedMatrix>(
            shape.NumExperts, expert => Check(makeFc2(expert), expert, "fc2ExpertWeights", shape.HiddenSize, shape.IntermediateSize));
    }

    /// <summary>Takes the matrices of others, and nothing else.</summary>
    internal QuantizedMoeWeights(QuantizedMoeWeights<T> other)
        : base(other.Shape, other.Fc1Layout) =>
        (_fc1, _fc2, Format, GroupSize, HasZeroPoints) = (other._fc1, other._fc2, other.Format, other.GroupSize, other.HasZeroPoints);

    /// <summary>How all weights are stored.</summary>
    public WeightFormat Format { get; }

    /// <summary>Elements along a row that share a scale; 0 where a whole row does.</summary>
    public int GroupSize { get; }

    /// <summary>Whether the matrices have zero points.</summary>
    public bool HasZeroPoints { get; }

    /// <summary>fc1 of each expert: [2I, H] gated, [I, H] plain.</summary>
    public IReadOnlyList<QuantizedMatrix> Fc1ExpertWeights => _fc1;

    /// <summary>fc2 of each expert: [H, I].</summary>
    public IReadOnlyList<QuantizedMatrix> Fc2ExpertWeights => _fc2;

    /// <summary>
    /// fp32 [H], multiplied into each token before it is quantised, whose inverse is in fc1's columns (SmoothQuant); empty means 1. Read
    /// where activations are quantised.
    /// </summary>
    /// <exception cref="ArgumentException">The length is not H, or a value is not a positive normal number.</exception>
    public ReadOnlyMemory<float> InputFactors
    {
        get => _inputFactors;
        init
        {
            if (!value.IsEmpty && value.Length != Shape.HiddenSize)
            {
                throw new ArgumentException($"{nameof(InputFactors)} has {value.Length} elements; required are {Shape.HiddenSize} (hiddenSize), or none.", nameof(InputFactors));
            }

            CheckPositive(value.Span, nameof(InputFactors));
            _inputFactors = value;
        }
    }

    /// <summary>A calibrated scale of all tokens; 0: each token has its own, its largest magnitude / 127. Read where activations are quantised.</summary>
    /// <exception cref="ArgumentException">The value is neither 0 nor a positive normal number.</exception>
    public float InputScale
    {
        get => _inputScale;
        init => _inputScale = ActivationQuantizer.IsStaticScale(value)
            ? value
            : throw new ArgumentException($"{nameof(InputScale)} is {value}; allowed are 0 and positive normal numbers.", nameof(InputScale));
    }

    /// <summary>fp32 [E], calibrated scales of the activated rows of each expert; empty: each row has its own. Read where activations are quantised.</summary>
    /// <exception cref="ArgumentException">The length is not E, or a value is not a positive normal number.</exception>
    public ReadOnlyMemory<float> ActivatedScales
    {
        get => _activatedScales;
        init
        {
            CheckLength(value, nameof(ActivatedScales), 1, "one value");
            CheckPositive(value.Span, nameof(ActivatedScales));
            _activatedScales = value;
        }
    }

    /// <summary>The same weights with other static scales.</summary>
    internal QuantizedMoeWeights<T> WithScales(float inputScale, ReadOnlyMemory<float> activatedScales) => new(this)
    {
        Fc1ExpertBiases = Fc1ExpertBiases,
        Fc2ExpertBiases = Fc2ExpertBiases,
        SwigluAlpha = SwigluAlpha,
        SwigluBeta = SwigluBeta,
        SwigluLimit = SwigluLimit,
        LocalExperts = LocalExperts,
        InputFactors = InputFactors,
        InputScale = inputScale,
        ActivatedScales = activatedScales,
    };

    internal override IExpertStream? Fc1Stream => _fc1 as IExpertStream;

    internal override IExpertStream? Fc2Stream => _fc2 as IExpertStream;

    internal override void LoadFc1Rows<TAcc>(int expert, int firstRow, Span<TAcc> rows) => QuantizedRows.Load<T, TAcc>(_fc1.Of(expert), firstRow, rows);

    internal override void LoadFc2Rows<TAcc>(int expert, int firstRow, Span<TAcc> rows) => QuantizedRows.Load<T, TAcc>(_fc2.Of(expert), firstRow, rows);

    internal override ReadOnlySpan<float> Fc1ChannelScales(int expert) => Format == WeightFormat.Int8PerChannel ? _fc1.Of(expert).Scales.Span : default;

    internal override ReadOnlySpan<float> Fc2ChannelScales(int expert) => Format == WeightFormat.Int8PerChannel ? _fc2.Of(expert).Scales.Span : default;

    private void CheckAll(QuantizedMatrix[] matrices, string name, int rows, int columns)
    {
        if (matrices.Length != Shape.NumExperts)
        {
            throw new ArgumentException($"{name} holds {matrices.Length} experts; required are {Shape.NumExperts} (numExperts).", name);
        }

        for (int expert = 0; expert < matrices.Length; expert++)
        {
            Check(matrices[expert], expert, name, rows, columns);
        }
    }

    private QuantizedMatrix Check(QuantizedMatrix? matrix, int expert, string name, int rows, int columns)
    {
        if (matrix is null)
        {
            throw new ArgumentException($"{name} of expert {expert} is null.", name);
        }

        if ((matrix.Rows, matrix.Columns) != (rows, columns))
        {
            throw new ArgumentException($"{name} of expert {expert} is [{matrix.Rows}, {matrix.Columns}]; required is [{rows}, {columns}].", name);
        }

        return (matrix.Format, GroupOf(matrix), !matrix.ZeroPoints.IsEmpty) == (Format, GroupSize, HasZeroPoints)
            ? matrix
            : throw new ArgumentException(
                $"{name} of expert {expert} is {Describe(matrix.Format, GroupOf(matrix), !matrix.ZeroPoints.IsEmpty)}; required is one scheme for all, that of fc1 of expert 0: {Describe(Format, GroupSize, HasZeroPoints)}.",
                name);
    }

    private static int GroupOf(QuantizedMatrix matrix) => matrix.Format == WeightFormat.Int8PerChannel ? 0 : matrix.GroupSize;

    private static string Describe(WeightFormat format, int groupSize, bool zeroPoints) =>
        $"{format}{(groupSize > 0 ? $", groups of {groupSize}" : "")}{(zeroPoints ? ", with zero points" : "")}";

    private static void CheckPositive(ReadOnlySpan<float> values, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] > 0) || !float.IsNormal(values[i]))
            {
                throw new ArgumentException($"{name}[{i}] is {values[i]}; allowed are positive normal numbers.", name);
            }
        }
    }
}
