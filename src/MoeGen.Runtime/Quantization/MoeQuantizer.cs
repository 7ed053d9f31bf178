namespace MoeGen;

/// <summary>Quantises the weights of a layer, expert by expert.</summary>
public static class MoeQuantizer
{
    /// <summary>Quantises fc1 and fc2 of every expert; all else that the weights have is kept.</summary>
    /// <typeparam name="T">Element type of the layer.</typeparam>
    /// <param name="weights">The weights.</param>
    /// <param name="options">Format and search.</param>
    /// <param name="calibration">
    /// What <see cref="MoeCalibrator{T}"/> gathered of the same layer: with <see cref="ScaleSearch.MeanSquaredError"/> the errors of columns count as much as
    /// what they are multiplied by. <see langword="null"/>, or an expert without a sample: all columns alike.
    /// </param>
    /// <param name="maxDegreeOfParallelism">Most threads at once; -1 for as many as there are processors.</param>
    /// <exception cref="ArgumentException">
    /// H or I is no multiple of the group size, a weight is NaN or infinite (the message names expert, row and column), or the statistics are of another shape.
    /// </exception>
    public static QuantizedMoeWeights<T> Quantize<T>(
        MoeWeights<T> weights, QuantizationOptions options, CalibrationStatistics? calibration = null, int maxDegreeOfParallelism = -1)
        where T : unmanaged => Quantize(weights, options, calibration, SmoothingFactors.None, maxDegreeOfParallelism);

    /// <summary>Quantises the layer of a calibrator by what its samples have shown; the only way for <see cref="ScaleSearch.ErrorFeedback"/>.</summary>
    /// <remarks>
    /// Error feedback runs the layer over the samples once more and keeps their activated rows, T x top k x I floats, and half of H x H floats, beside them half of
    /// I x I for one expert at a time. It takes fc1's columns as they go together in all tokens, fc2's in the rows of each expert; what few samples show of that counts the less.
    /// </remarks>
    /// <typeparam name="T">Element type of the layer.</typeparam>
    /// <param name="calibrator">The layer and its samples; an expert without a sample has all columns alike.</param>
    /// <param name="options">Format and search.</param>
    /// <param name="maxDegreeOfParallelism">Most threads at once; -1 for as many as there are processors.</param>
    /// <exception cref="ArgumentException">
    /// H or I is no multiple of the group size, a weight is NaN or infinite (the message names expert, row and column), or error feedback is asked for with
    /// <see cref="WeightFormat.Int8PerChannel"/>.
    /// </exception>
    public static QuantizedMoeWeights<T> Quantize<T>(MoeCalibrator<T> calibrator, QuantizationOptions options, int maxDegreeOfParallelism = -1)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(calibrator);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Search != ScaleSearch.ErrorFeedback)
        {
            return Quantize(calibrator.Weights, options, calibrator.GetStatistics(), maxDegreeOfParallelism);
        }

        if (options.Format == WeightFormat.Int8PerChannel)
        {
            throw new ArgumentException("options have the format Int8PerChannel and the search ErrorFeedback; allowed with it are Int4Group and Mxfp4.", nameof(options));
        }

        CheckGroups(calibrator.Weights.Shape.HiddenSize, "hiddenSize", options);
        CheckGroups(calibrator.Weights.Shape.IntermediateSize, "intermediateSize", options);
        return FeedbackLayer.Quantize(calibrator, options, maxDegreeOfParallelism);
    }

    /// <summary>As the public one, with what moves from activations into weights. Streamed weights stay streamed: each matrix is quantised whenever it is asked for.</summary>
    internal static QuantizedMoeWeights<T> Quantize<T>(
        MoeWeights<T> weights, QuantizationOptions options, CalibrationStatistics? calibration, SmoothingFactors factors, int maxDegreeOfParallelism)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(options);
        WeightQuantizerChecks.CheckSearch(options);
        MoeShape shape = weights.Shape;
        CheckGroups(shape.HiddenSize, "hiddenSize", options);
        CheckGroups(shape.IntermediateSize, "intermediateSize", options);
        calibration?.CheckFits(shape, nameof(calibration));
        var smoothing = new WeightSmoothing<T>(weights, factors);
        int[] experts = [.. Enumerable.Range(0, shape.NumExperts)];
        QuantizedMoeWeights<T> matrices = weights.Fc1Stream is null
            ? new(shape, weights.Fc1Layout, Array.ConvertAll(experts, Fc1), Array.ConvertAll(experts, Fc2))
            : new(shape, weights.Fc1Layout, Fc1, Fc2);
        return new QuantizedMoeWeights<T>(matrices)
        {
            Fc1ExpertBiases = smoothing.Fc1Biases(),
            Fc2ExpertBiases = weights.Fc2ExpertBiases,
            SwigluAlpha = weights.SwigluAlpha,
            SwigluBeta = weights.SwigluBeta,
            SwigluLimit = weights.SwigluLimit,
            LocalExperts = weights.LocalExperts,
            InputFactors = factors.Input,
        };

        QuantizedMatrix Fc1(int expert) => factors.IsNone
            ? Matrix(weights.Fc1ExpertWeights[expert].Span, shape.HiddenSize, Fc1Importance(), $"fc1ExpertWeights of expert {expert}")
            : Matrix<float>(smoothing.Fc1(expert), shape.HiddenSize, Fc1Importance(), $"fc1ExpertWeights of expert {expert}");

        QuantizedMatrix Fc2(int expert) => factors.IsNone
            ? Matrix(weights.Fc2ExpertWeights[expert].Span, shape.IntermediateSize, Fc2Importance(expert), $"fc2ExpertWeights of expert {expert}")
            : Matrix<float>(smoothing.Fc2(expert), shape.IntermediateSize, Fc2Importance(expert), $"fc2ExpertWeights of expert {expert}");

        QuantizedMatrix Matrix<TWeight>(ReadOnlySpan<TWeight> values, int columns, float[] importance, string name)
            where TWeight : unmanaged =>
            WeightQuantizer.Quantize(values, values.Length / columns, columns, options, importance, maxDegreeOfParallelism, name);

        float[] Fc1Importance() => SmoothingFactors.Squared(calibration is null ? default : calibration.InputMeanSquares.Span, factors.Input);

        float[] Fc2Importance(int expert) => SmoothingFactors.Squared(
            calibration is null || calibration.Experts[expert].Rows == 0 ? default : calibration.Experts[expert].MeanSquares.Span, factors.OfActivated(expert));
    }

    private static void CheckGroups(int size, string name, QuantizationOptions options)
    {
        if (size % options.GroupOf(size) != 0)
        {
            throw new ArgumentException($"{name} is {size}, and the group size {options.GroupOf(size)}; required is a multiple of it.", nameof(options));
        }
    }
}
