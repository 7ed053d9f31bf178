namespace MoeGen;

/// <summary>
/// The layer on the CPU, with the same stages as on the GPU: route, GEMM1 with activation, GEMM2, finalize. The backend where there is
/// no GPU, and the reference of every check. Deterministic: the result depends neither on the number of threads nor on other tokens.
/// </summary>
/// <remarks>
/// <c>out[t] = sum over k of scale[t,k] * (fc2[e] . act(fc1[e] . x[t] + b1[e]) + b2[e])</c> with <c>e = tokenSelectedExperts[t,k]</c>. Ids
/// outside 0..E-1, or of experts that live elsewhere, contribute nothing; a token without a local expert gets zeros; an id may occur
/// twice in a token. NaN and infinity stay in their token's row.
/// Quantised weights are what <see cref="QuantizedMoeWeights{T}"/> defines; where activations are quantised too, all is computed in double precision.
/// The weights are converted a few rows at a time, never copied as a whole.
/// </remarks>
public static partial class ManagedMoe
{
    /// <summary>Runs the layer with single-precision accumulation and rounds the output once to <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="weights">Expert weights: <see cref="MoeWeights{T}"/> or <see cref="QuantizedMoeWeights{T}"/>.</param>
    /// <param name="activation">The function between the GEMMs; gated with a gated layout, plain with <see cref="Fc1Layout.Plain"/>.</param>
    /// <param name="input">[T, H]; T is its length / H and may be 0.</param>
    /// <param name="tokenSelectedExperts">[T, K].</param>
    /// <param name="tokenFinalScales">[T, K]; empty means 1.</param>
    /// <param name="topK">K, 1 to 32; may exceed the number of experts.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <param name="options">Threads and rounding points; <see langword="null"/> for <see cref="ManagedOptions.Default"/>.</param>
    /// <param name="swiglu">
    /// Constants of <see cref="Activation.SwigluOai"/> and <see cref="Activation.SwigluStep"/> where the weights have none of each expert;
    /// <see langword="null"/> for <see cref="SwigluConstants.Default"/>. Of no meaning for other functions.
    /// </param>
    /// <param name="localExperts">Which of all experts the weights are; <see langword="null"/> where they are all, so that ids are 0..E-1.</param>
    /// <param name="quantizeActivations">Whether tokens and activated rows are quantised too; with <see cref="WeightFormat.Int8PerChannel"/> only.</param>
    /// <exception cref="ArgumentException">A length or value does not fit; the message names it, its value and what is allowed.</exception>
    public static void Forward<T>(
        ExpertWeights<T> weights,
        Activation activation,
        ReadOnlySpan<T> input,
        ReadOnlySpan<int> tokenSelectedExperts,
        ReadOnlySpan<float> tokenFinalScales,
        int topK,
        Span<T> output,
        ManagedOptions? options = null,
        SwigluConstants? swiglu = null,
        LocalExperts? localExperts = null,
        bool quantizeActivations = false)
        where T : unmanaged
    {
        ManagedLayer<T> layer = ManagedLayer<T>.Create(weights, activation, topK, options, swiglu, localExperts, quantizeActivations);
        CheckLengths(input.Length, tokenSelectedExperts.Length, tokenFinalScales.Length, weights.Shape.HiddenSize, topK);
        if (output.Length != input.Length)
        {
            throw new ArgumentException(
                $"output has {output.Length} elements; required are {input.Length}, as many as input has ([T, H]).", nameof(output));
        }

        layer.Run(input, tokenSelectedExperts, tokenFinalScales, output);
    }

    /// <summary>Runs the layer in double precision; the reference of checks.</summary>
    /// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="weights">Expert weights: <see cref="MoeWeights{T}"/> or <see cref="QuantizedMoeWeights{T}"/>.</param>
    /// <param name="activation">The function between the GEMMs; gated with a gated layout, plain with <see cref="Fc1Layout.Plain"/>.</param>
    /// <param name="input">[T, H]; T is its length / H and may be 0.</param>
    /// <param name="tokenSelectedExperts">[T, K].</param>
    /// <param name="tokenFinalScales">[T, K]; empty means 1.</param>
    /// <param name="topK">K, 1 to 32; may exceed the number of experts.</param>
    /// <param name="options">Threads and rounding points: with <see cref="RoundingPoints"/> the result is that of ideal rounding at these points.</param>
    /// <param name="swiglu">
    /// Constants of <see cref="Activation.SwigluOai"/> and <see cref="Activation.SwigluStep"/> where the weights have none of each expert;
    /// <see langword="null"/> for <see cref="SwigluConstants.Default"/>. Of no meaning for other functions.
    /// </param>
    /// <param name="localExperts">Which of all experts the weights are; <see langword="null"/> where they are all, so that ids are 0..E-1.</param>
    /// <param name="quantizeActivations">Whether tokens and activated rows are quantised too; with <see cref="WeightFormat.Int8PerChannel"/> only.</param>
    /// <returns>[T, H], rounded only where <see cref="ManagedOptions.Rounding"/> says so.</returns>
    /// <exception cref="ArgumentException">A length or value does not fit; the message names it, its value and what is allowed.</exception>
    public static double[] ForwardDouble<T>(
        ExpertWeights<T> weights,
        Activation activation,
        ReadOnlySpan<T> input,
        ReadOnlySpan<int> tokenSelectedExperts,
        ReadOnlySpan<float> tokenFinalScales,
        int topK,
        ManagedOptions? options = null,
        SwigluConstants? swiglu = null,
        LocalExperts? localExperts = null,
        bool quantizeActivations = false)
        where T : unmanaged
    {
        ManagedLayer<T> layer = ManagedLayer<T>.Create(weights, activation, topK, options, swiglu, localExperts, quantizeActivations);
        CheckLengths(input.Length, tokenSelectedExperts.Length, tokenFinalScales.Length, weights.Shape.HiddenSize, topK);
        var output = new double[input.Length];
        new ManagedPipeline<T, double>(layer).Run(input, tokenSelectedExperts, tokenFinalScales, default, output);
        return output;
    }

    internal static void CheckLengths(int input, int tokenSelectedExperts, int tokenFinalScales, int hidden, int topK)
    {
        if (input % hidden != 0)
        {
            throw new ArgumentException($"input has {input} elements; required is a multiple of hiddenSize {hidden} ([T, H]).", nameof(input));
        }

        long slots = (long)(input / hidden) * topK;
        if (tokenSelectedExperts != slots)
        {
            throw new ArgumentException(
                $"tokenSelectedExperts has {tokenSelectedExperts} elements; required are {slots} ({input / hidden} tokens x topK {topK}).", nameof(tokenSelectedExperts));
        }

        if (tokenFinalScales != 0 && tokenFinalScales != slots)
        {
            throw new ArgumentException(
                $"tokenFinalScales has {tokenFinalScales} elements; required are {slots} ({input / hidden} tokens x topK {topK}), or none for 1.", nameof(tokenFinalScales));
        }
    }
}
