using System.Numerics.Tensors;

namespace MoeGen;

/// <summary>
/// Moves the outliers of activations into the weights that they meet, column by column, before both are quantised (SmoothQuant): with
/// <c>s = max|x|^alpha / max|w|^(1 - alpha)</c> an activation becomes x / s and its weights w * s, and their product stays.
/// </summary>
public static class MoeSmoother
{
    private static readonly double[] s_alphas = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

    /// <summary>Quantises a layer for quantised activations, with the alphas that have the smallest error over the calibrator's samples.</summary>
    /// <remarks>
    /// fc1's input is shared by all experts, and its factors become <see cref="QuantizedMoeWeights{T}.InputFactors"/>. fc2's input is smoothed where the
    /// activation is linear in up (<see cref="Activation.Swiglu"/>, <see cref="Activation.Geglu"/>, <see cref="Activation.GegluTanh"/>): each expert's factors, powers of
    /// two, go into fc1's up rows and their biases, at no cost at run time. No smoothing is a candidate for both, so that the error never grows.
    /// </remarks>
    /// <typeparam name="T">Element type of the layer.</typeparam>
    /// <param name="calibrator">The layer and its samples, at least one.</param>
    /// <param name="options">With <see cref="WeightFormat.Int8PerChannel"/>.</param>
    /// <exception cref="ArgumentException">The format is another.</exception>
    /// <exception cref="InvalidOperationException">There is no sample.</exception>
    public static SmoothedWeights<T> Smooth<T>(MoeCalibrator<T> calibrator, QuantizationOptions options)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(calibrator);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Format != WeightFormat.Int8PerChannel)
        {
            throw new ArgumentException($"options have the format {options.Format}; activations are smoothed with Int8PerChannel only.", nameof(options));
        }

        if (calibrator.NumTokens == 0)
        {
            throw new InvalidOperationException("The calibrator has no sample; smoothing needs some.");
        }

        CalibrationStatistics statistics = calibrator.GetStatistics();
        SmoothedWeights<T> best = Try(SmoothingFactors.None, null, null, null);
        SmoothedWeights<T> plain = best;
        float[] columns = InputColumns(calibrator.Weights);
        foreach (double alpha in s_alphas)
        {
            float[] factors = SmoothingFactors.Balance(statistics.Input.AbsMax.Span, columns, alpha, powersOfTwo: false);
            Keep(Try(SmoothingFactors.None with { Input = factors }, alpha, null, plain));
        }

        SmoothedWeights<T> input = best;
        float[][] activatedColumns = IsLinearInUp(calibrator.Activation) ? ActivatedColumns(calibrator.Weights) : [];
        foreach (double alpha in activatedColumns.Length > 0 ? s_alphas : [])
        {
            float[][] factors = [.. activatedColumns.Select((most, expert) => SmoothingFactors.Balance(statistics.Experts[expert].AbsMax.Span, most, alpha, powersOfTwo: true))];
            Keep(Try(input.Factors with { Activated = factors }, input.InputAlpha, alpha, plain));
        }

        return best;

        SmoothedWeights<T> Try(SmoothingFactors factors, double? inputAlpha, double? activatedAlpha, SmoothedWeights<T>? reference)
        {
            QuantizedMoeWeights<T> weights = MoeQuantizer.Quantize(calibrator.Weights, options, statistics, factors, calibrator.Options.MaxDegreeOfParallelism);
            double error = calibrator.MeasureError(weights, quantizeActivations: true);
            return new SmoothedWeights<T>(weights, factors, inputAlpha, activatedAlpha, reference?.Error ?? error, error);
        }

        void Keep(SmoothedWeights<T> candidate) => best = candidate.Error < best.Error ? candidate : best;
    }

    private static bool IsLinearInUp(Activation activation) => activation is Activation.Swiglu or Activation.Geglu or Activation.GegluTanh;

    private static float[] InputColumns<T>(MoeWeights<T> weights)
        where T : unmanaged
    {
        var most = new float[weights.Shape.HiddenSize];
        foreach (ReadOnlyMemory<T> fc1 in weights.Fc1ExpertWeights)
        {
            TensorPrimitives.Max(most, WeightSmoothing<T>.ColumnMagnitudes(fc1.Span, most.Length), most);
        }

        return most;
    }

    private static float[][] ActivatedColumns<T>(MoeWeights<T> weights)
        where T : unmanaged => [.. weights.Fc2ExpertWeights.Select(fc2 => WeightSmoothing<T>.ColumnMagnitudes(fc2.Span, weights.Shape.IntermediateSize))];
}
