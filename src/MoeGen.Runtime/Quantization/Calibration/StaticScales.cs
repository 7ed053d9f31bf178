namespace MoeGen;

/// <summary>Scales of activations that are known before a token is seen.</summary>
public static class StaticScales
{
    /// <summary>
    /// The same weights with <see cref="QuantizedMoeWeights{T}.InputScale"/> and <see cref="QuantizedMoeWeights{T}.ActivatedScales"/>: of the scales that each
    /// sample's row has of its own, the one at the percentile. An expert without a sample gets the largest of the others.
    /// </summary>
    /// <typeparam name="T">Element type of the layer.</typeparam>
    /// <param name="calibrator">With at least one sample.</param>
    /// <param name="weights">The calibrated layer with <see cref="WeightFormat.Int8PerChannel"/> weights, smoothed or not; static scales it has are replaced.</param>
    /// <param name="percentile">Above 0 up to 100: percent of rows whose largest magnitude is not cut off.</param>
    /// <exception cref="ArgumentException">The weights are of another format or shape, or the percentile is out of range.</exception>
    /// <exception cref="InvalidOperationException">There is no sample whose row is not zero.</exception>
    public static QuantizedMoeWeights<T> Calibrate<T>(MoeCalibrator<T> calibrator, QuantizedMoeWeights<T> weights, double percentile = 100)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(calibrator);
        ArgumentNullException.ThrowIfNull(weights);
        if (percentile is not (> 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(percentile), percentile, $"percentile is {percentile}; allowed are numbers above 0 up to 100.");
        }

        List<float> tokens = [];
        List<float>[] experts = [.. Enumerable.Range(0, weights.Shape.NumExperts).Select(_ => new List<float>())];
        foreach (var _ in calibrator.Run(weights.WithScales(0, default), quantizeActivations: true, Observe))
        {
        }

        float[] activated = Array.ConvertAll(experts, scales => At(scales, percentile));
        float fallback = activated.Max();
        float input = At(tokens, percentile);
        if (input == 0 || fallback == 0)
        {
            throw new InvalidOperationException("No sample has a row that is not zero; static scales need samples.");
        }

        return weights.WithScales(input, Array.ConvertAll(activated, scale => scale > 0 ? scale : fallback));

        void Observe(StageRows<double> rows)
        {
            tokens.AddRange(rows.TokenScales!);
            for (int expert = 0; expert < experts.Length; expert++)
            {
                experts[expert].AddRange(rows.RowScales.AsSpan(rows.Route.ExpertOffsets[expert]..rows.Route.ExpertOffsets[expert + 1]));
            }
        }
    }

    private static float At(List<float> scales, double percentile)
    {
        // Rows that overflowed have no scale.
        float[] sorted = [.. scales.Where(float.IsFinite).Order()];
        return sorted.Length == 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(percentile / 100 * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
