using System.Numerics.Tensors;
using MoeGen.Checkpoints;

namespace MoeGen.Cli.Quantizing;

/// <summary>What a layer's samples say about how to quantise its matrices. Of the layer's weights, one expert's are in memory at a time.</summary>
internal sealed class LayerCalibration<T>
    where T : unmanaged
{
    private readonly LayerPlan _layer;
    private readonly QuantizeRequest _request;
    private readonly MoeCalibrator<T> _calibrator;
    private readonly CalibrationStatistics _statistics;
    private readonly SmoothingFactors _factors = SmoothingFactors.None;
    private readonly float _inputScale;
    private readonly ReadOnlyMemory<float> _activatedScales;
    private FeedbackMatrices<T>? _feedback;

    /// <summary>Runs the layer over its samples.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="samples">[T, H].</param>
    /// <param name="request">How it is quantised.</param>
    /// <exception cref="ArgumentException">A sample or a weight is NaN or infinite.</exception>
    /// <exception cref="CheckpointException">A tensor cannot be read.</exception>
    public LayerCalibration(LayerPlan layer, float[] samples, QuantizeRequest request)
    {
        (_layer, _request) = (layer, request);
        var input = new T[samples.Length];
        ElementConversion.Narrow<T, float>(samples, input);
        MoeBlock block = layer.Block;
        _calibrator = new MoeCalibrator<T>(block.StreamWeights<T>(), block.Activation, block.Swiglu);
        _calibrator.Add(input, block.Router);
        _statistics = _calibrator.GetStatistics();
        _feedback = request.Options.Search == ScaleSearch.ErrorFeedback ? new FeedbackMatrices<T>(_calibrator, request.Options, -1) : null;
        Feedback = _feedback is null ? null : new FeedbackCodes<T>(layer, _feedback, request.Options);
        SmoothedWeights<T>? smoothed = request.Smooth ? MoeSmoother.Smooth(_calibrator, request.Options) : null;
        _factors = smoothed?.Factors ?? SmoothingFactors.None;
        if (request.StaticScales)
        {
            QuantizedMoeWeights<T> weights = StaticScales.Calibrate(
                _calibrator, smoothed?.Weights ?? MoeQuantizer.Quantize(_calibrator.Weights, request.Options, _statistics));
            (_inputScale, _activatedScales) = (weights.InputScale, weights.ActivatedScales);
        }
    }

    /// <summary>[H], what tokens are multiplied by before they are quantised; empty for 1.</summary>
    public float[] InputFactors => _factors.Input;

    /// <summary>Whether weights change before they are quantised.</summary>
    public bool IsSmooth => !_factors.IsNone;

    /// <summary>Quantises matrices with error feedback; null with another search.</summary>
    public FeedbackCodes<T>? Feedback { get; private set; }

    /// <summary>Runs the samples through the layer and through what has been written of it; no matrix can be quantised by this afterwards.</summary>
    /// <param name="path">The file, under whatever name.</param>
    public LayerOutputs Measure(string path)
    {
        bool[] fallsBack = [.. Enumerable.Range(0, _layer.Block.Shape.NumExperts).Select(expert => _feedback?.Rows(expert) < ColumnMoments.FewestRows)];
        (_feedback, Feedback) = (null, null);
        using var written = new WrittenLayer(path, _layer, _request);
        MoeWeights<T> source = _calibrator.Weights;
        var weights = new QuantizedMoeWeights<T>(written.Weights<T>())
        {
            Fc1ExpertBiases = new WeightSmoothing<T>(source, _factors).Fc1Biases(),
            Fc2ExpertBiases = source.Fc2ExpertBiases,
            InputFactors = _factors.Input,
            InputScale = _inputScale,
            ActivatedScales = _activatedScales,
        };
        return new LayerOutputs(_layer, ExpertOutputs.Of(_calibrator, weights, _request.Scheme == QuantizeScheme.W8A8), expert => fallsBack[expert]);
    }

    /// <summary>The mean square of what each column of a matrix is multiplied with; empty where no sample came there.</summary>
    public float[] ColumnWeightsOf(ModuleJob job)
    {
        if (job.Role != ModuleRole.Down)
        {
            return SmoothingFactors.Squared(_statistics.InputMeanSquares.Span, _factors.Input);
        }

        // What no sample came to counts like the rest of nothing: all columns alike.
        return _layer.SlicesOf(job.Expert).Any(slice => _statistics.Experts[slice].Rows == 0)
            ? []
            : Columns(job, slice => SmoothingFactors.Squared(_statistics.Experts[slice].MeanSquares.Span, _factors.OfActivated(slice)));
    }

    /// <summary>The static scale of what a matrix is multiplied with.</summary>
    public float InputScaleOf(ModuleJob job) => job.Role == ModuleRole.Down ? _layer.SlicesOf(job.Expert).Max(slice => _activatedScales.Span[slice]) : _inputScale;

    /// <summary>Divides a matrix by the factors of what it is multiplied with, and multiplies up rows by those of the rows they make.</summary>
    public void Smooth(ModuleJob job, float[] weights)
    {
        int columns = job.Part.Columns;
        float[] divisors = job.Role != ModuleRole.Down ? _factors.Input : _factors.Activated.Length == 0 ? [] : Columns(job, _factors.OfActivated);
        for (int first = 0; first < weights.Length && divisors.Length > 0; first += columns)
        {
            Span<float> row = weights.AsSpan(first, columns);
            TensorPrimitives.Divide(row, divisors, row);
        }

        if (_factors.Activated.Length == 0 || job.Role is not (ModuleRole.Up or ModuleRole.GateUp))
        {
            return;
        }

        // Gate above up, the only order of both in one where the function is linear in up.
        int firstUp = job.Role == ModuleRole.Up ? 0 : job.Part.Rows / 2;
        float[] factors = Concatenate(job, job.Part.Rows - firstUp, _factors.OfActivated);
        for (int row = 0; row < factors.Length; row++)
        {
            Span<float> up = weights.AsSpan((firstUp + row) * columns, columns);
            TensorPrimitives.Multiply(up, factors[row], up);
        }
    }

    private float[] Columns(ModuleJob job, Func<int, float[]> ofSlice) => Concatenate(job, job.Part.Columns, ofSlice);

    private float[] Concatenate(ModuleJob job, int length, Func<int, float[]> ofSlice) => [.. _layer.SlicesOf(job.Expert).SelectMany(ofSlice).Take(length)];
}
