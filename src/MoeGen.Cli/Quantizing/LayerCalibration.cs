using System.Numerics.Tensors;
using MoeGen.Checkpoints;

namespace MoeGen.Cli.Quantizing;

/// <summary>What a layer's samples say about how to quantise its matrices.</summary>
internal sealed class LayerCalibration
{
    private readonly LayerPlan _layer;
    private readonly CalibrationStatistics _statistics;
    private readonly SmoothingFactors _factors;
    private readonly float _inputScale;
    private readonly ReadOnlyMemory<float> _activatedScales;
    private readonly QuantizationReport _report;
    private readonly LayerCodes? _codes;

    private LayerCalibration(
        LayerPlan layer,
        CalibrationStatistics statistics,
        SmoothingFactors factors,
        float inputScale,
        ReadOnlyMemory<float> activatedScales,
        QuantizationReport report,
        LayerCodes? codes)
    {
        _layer = layer;
        _statistics = statistics;
        _factors = factors;
        _inputScale = inputScale;
        _activatedScales = activatedScales;
        _report = report;
        _codes = codes;
    }

    /// <summary>[H], what tokens are multiplied by before they are quantised; empty for 1.</summary>
    public float[] InputFactors => _factors.Input;

    /// <summary>Whether weights change before they are quantised.</summary>
    public bool IsSmooth => !_factors.IsNone;

    /// <summary>Runs the layer over its samples. Its weights are in memory meanwhile; what error feedback makes of them stays.</summary>
    /// <exception cref="CheckpointException">A tensor cannot be read.</exception>
    public static LayerCalibration Of<T>(LayerPlan layer, float[] samples, QuantizeRequest request, Action<int, int> progress)
        where T : unmanaged
    {
        var input = new T[samples.Length];
        ElementConversion.Narrow<T, float>(samples, input);
        MoeBlock block = layer.Block;
        var calibrator = new MoeCalibrator<T>(block.LoadWeights<T>(allowConversion: true), block.Activation, block.Swiglu);
        calibrator.Add(input, block.Router);
        CalibrationStatistics statistics = calibrator.GetStatistics();
        FeedbackLayer<T>? feedback = request.Options.Search == ScaleSearch.ErrorFeedback ? new FeedbackLayer<T>(calibrator, request.Options, -1) { Progress = progress } : null;
        SmoothedWeights<T>? smoothed = request.Smooth ? MoeSmoother.Smooth(calibrator, request.Options) : null;
        QuantizedMoeWeights<T> weights = smoothed?.Weights ?? feedback?.Quantize() ?? MoeQuantizer.Quantize(calibrator.Weights, request.Options, statistics);
        weights = request.StaticScales ? StaticScales.Calibrate(calibrator, weights) : weights;
        QuantizationReport report = QuantizationReport.Create(calibrator, weights, request.Scheme == QuantizeScheme.W8A8, smoothed);
        LayerCodes? codes = feedback is null ? null : new LayerCodes(layer, weights.Fc1ExpertWeights, weights.Fc2ExpertWeights, feedback.Rows);
        return new LayerCalibration(layer, statistics, smoothed?.Factors ?? SmoothingFactors.None, weights.InputScale, weights.ActivatedScales, report, codes);
    }

    /// <summary>Relative L2 error of the layer's output over the samples.</summary>
    public double OutputError => _report.OutputError;

    /// <summary>That of an expert's output rows; null where no sample came to it. Of the shared expert, that of its worst slice.</summary>
    public double? OutputErrorOf(int expert)
    {
        ExpertReport[] seen = [.. _layer.SlicesOf(expert).Select(slice => _report.Experts[slice]).Where(slice => slice.Rows > 0)];
        return seen.Length == 0 ? null : seen.Max(slice => slice.OutputError);
    }

    /// <summary>Samples that came to an expert.</summary>
    public int SamplesOf(int expert) => _layer.SlicesOf(expert).Max(slice => _report.Experts[slice].Rows);

    /// <summary>Whether error feedback had too few samples of an expert's activated rows.</summary>
    public bool FallsBack(int expert) => _codes?.FallsBack(expert) ?? false;

    /// <summary>What error feedback has made of a matrix; null with another search.</summary>
    public QuantizedMatrix? CodesOf(ModuleJob job) => _codes?.Of(job);

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
