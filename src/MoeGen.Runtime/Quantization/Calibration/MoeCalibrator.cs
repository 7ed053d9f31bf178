namespace MoeGen;

/// <summary>
/// Runs a layer that is not quantised over samples and gathers what its quantisation needs. It keeps the samples and their outputs, T x H
/// elements and as many doubles, so that quantised layers can be judged by them. Not to be used by several threads at once.
/// </summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
public sealed class MoeCalibrator<T>
    where T : unmanaged
{
    private readonly List<SampleBatch<T>> _batches = [];
    private readonly ColumnSums _input;
    private readonly ColumnSums[] _experts;
    private readonly SwigluConstants? _swiglu;

    /// <summary>Takes the layer.</summary>
    /// <param name="weights">Its weights.</param>
    /// <param name="activation">The function between the GEMMs.</param>
    /// <param name="swiglu">Its constants; <see langword="null"/> for <see cref="SwigluConstants.Default"/>.</param>
    /// <param name="options">Threads; <see langword="null"/> for <see cref="ManagedOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">Weights, activation and constants do not fit each other.</exception>
    public MoeCalibrator(MoeWeights<T> weights, Activation activation, SwigluConstants? swiglu = null, ManagedOptions? options = null)
    {
        _swiglu = swiglu;
        Options = options ?? ManagedOptions.Default;
        Activation = activation;
        Weights = weights;
        _ = Layer(weights, 1, quantizeActivations: false);
        _input = new ColumnSums(weights.Shape.HiddenSize);
        _experts = [.. Enumerable.Range(0, weights.Shape.NumExperts).Select(_ => new ColumnSums(weights.Shape.IntermediateSize))];
    }

    /// <summary>The layer's weights.</summary>
    public MoeWeights<T> Weights { get; }

    /// <summary>The layer's function.</summary>
    public Activation Activation { get; }

    /// <summary>Samples so far.</summary>
    public int NumTokens => _input.Rows;

    internal ManagedOptions Options { get; }

    internal IReadOnlyList<SampleBatch<T>> Batches => _batches;

    /// <summary>Runs tokens whose experts are given.</summary>
    /// <param name="input">[T, H], finite.</param>
    /// <param name="tokenSelectedExperts">[T, K].</param>
    /// <param name="tokenFinalScales">[T, K]; empty means 1.</param>
    /// <param name="topK">K.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a value is NaN or infinite.</exception>
    public void Add(ReadOnlySpan<T> input, ReadOnlySpan<int> tokenSelectedExperts, ReadOnlySpan<float> tokenFinalScales, int topK)
    {
        ManagedLayer<T> layer = Layer(Weights, topK, quantizeActivations: false);
        ManagedMoe.CheckLengths(input.Length, tokenSelectedExperts.Length, tokenFinalScales.Length, Weights.Shape.HiddenSize, topK);
        Add(layer, input, tokenSelectedExperts, tokenFinalScales);
    }

    /// <summary>Runs tokens through the model's router.</summary>
    /// <param name="input">[T, H], finite.</param>
    /// <param name="router">The router, of the weights' experts.</param>
    /// <exception cref="ArgumentException">A length does not fit, router and weights do not, or a value is NaN or infinite.</exception>
    public void Add(ReadOnlySpan<T> input, MoeRouter router)
    {
        ManagedLayer<T> layer = ManagedMoe.CreateBlock(Weights, Activation, router, Options, _swiglu, quantizeActivations: false);
        (int[] ids, float[] scales) = ManagedMoe.Route(layer, input, router);
        Add(layer, input, ids, scales);
    }

    /// <summary>What the samples have shown so far.</summary>
    public CalibrationStatistics GetStatistics() => new(_input.ToStatistics(), Array.ConvertAll(_experts, sums => sums.ToStatistics()));

    /// <summary>Relative L2 error of a quantised layer's outputs over all samples.</summary>
    /// <param name="weights">The same layer, quantised.</param>
    /// <param name="quantizeActivations">Whether tokens and activated rows are quantised too.</param>
    /// <exception cref="ArgumentException">The weights are of another shape, or activations cannot be quantised beside them.</exception>
    public double MeasureError(QuantizedMoeWeights<T> weights, bool quantizeActivations = false)
    {
        var sums = default(MoeError.Sums);
        foreach ((SampleBatch<T> batch, double[] output) in Run(weights, quantizeActivations, null))
        {
            sums.Add<double>(output, batch.Output);
        }

        return sums.RelativeL2;
    }

    /// <summary>Runs weights over all samples, one batch after another.</summary>
    internal IEnumerable<(SampleBatch<T> Batch, double[] Output)> Run(ExpertWeights<T> weights, bool quantizeActivations, Action<StageRows<double>>? observer)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if ((weights.Shape, weights.Fc1Layout) != (Weights.Shape, Weights.Fc1Layout))
        {
            throw new ArgumentException($"weights are of {weights.Shape}, {weights.Fc1Layout}; required are those of the calibrated layer, {Weights.Shape}, {Weights.Fc1Layout}.", nameof(weights));
        }

        foreach (SampleBatch<T> batch in _batches)
        {
            ManagedLayer<T> layer = Layer(weights, batch.TopK, quantizeActivations) with { InputScaledSlots = batch.InputScaledSlots };
            var output = new double[batch.Input.Length];
            new ManagedPipeline<T, double>(layer) { Observer = observer }.Run(batch.Input, batch.Ids, batch.Scales, default, output);
            yield return (batch, output);
        }
    }

    private ManagedLayer<T> Layer(ExpertWeights<T> weights, int topK, bool quantizeActivations) =>
        ManagedLayer<T>.Create(weights, Activation, topK, Options, _swiglu, Weights?.LocalExperts, quantizeActivations);

    private void Add(ManagedLayer<T> layer, ReadOnlySpan<T> input, ReadOnlySpan<int> ids, ReadOnlySpan<float> scales)
    {
        int hidden = Weights.Shape.HiddenSize;
        var wide = new double[input.Length];
        ElementConversion.Widen(input, wide.AsSpan());
        if (Array.FindIndex(wide, value => !double.IsFinite(value)) is var at and >= 0)
        {
            throw new ArgumentException($"input holds {wide[at]} in token {at / hidden}, column {at % hidden}; allowed are finite numbers.", nameof(input));
        }

        for (int first = 0; first < wide.Length; first += hidden)
        {
            _input.Add(wide.AsSpan(first, hidden));
        }

        // The input has been read; its array takes the output.
        new ManagedPipeline<T, double>(layer) { Observer = Observe }.Run(input, ids, scales, default, wide);
        _batches.Add(new SampleBatch<T>(input.ToArray(), ids.ToArray(), scales.ToArray(), layer.TopK, layer.InputScaledSlots, wide));
    }

    private void Observe(StageRows<double> rows)
    {
        int width = Weights.Shape.IntermediateSize;
        for (int expert = 0; expert < _experts.Length; expert++)
        {
            for (int row = rows.Route.ExpertOffsets[expert]; row < rows.Route.ExpertOffsets[expert + 1]; row++)
            {
                _experts[expert].Add(rows.Activated.AsSpan(row * width, width));
            }
        }
    }
}
