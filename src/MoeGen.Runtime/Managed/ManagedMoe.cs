namespace MoeGen;

/// <summary>
/// The layer on the CPU, with the same stages as on the GPU: route, GEMM1 with activation, GEMM2, finalize. The backend where there is
/// no GPU, and the reference of every check. Deterministic: the result depends neither on the number of threads nor on other tokens.
/// </summary>
/// <remarks>
/// <c>out[t] = sum over k of scale[t,k] * fc2[e] . act(fc1[e] . x[t])</c> with <c>e = tokenSelectedExperts[t,k]</c>. Ids outside 0..E-1
/// contribute nothing; a token without a valid id gets zeros; an id may occur twice in a token. NaN and infinity stay in their token's row.
/// The weights are converted a few rows at a time, never copied as a whole.
/// </remarks>
public static class ManagedMoe
{
    /// <summary>Runs the layer with single-precision accumulation and rounds the output once to <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="weights">Expert weights.</param>
    /// <param name="activation">The function between the GEMMs; gated with a gated layout, plain with <see cref="Fc1Layout.Plain"/>.</param>
    /// <param name="input">[T, H]; T is its length / H and may be 0.</param>
    /// <param name="tokenSelectedExperts">[T, K].</param>
    /// <param name="tokenFinalScales">[T, K]; empty means 1.</param>
    /// <param name="topK">K, 1 to 32; may exceed the number of experts.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <param name="options">Threads and rounding points; <see langword="null"/> for <see cref="ManagedOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">A length or value does not fit; the message names it, its value and what is allowed.</exception>
    public static void Forward<T>(
        MoeWeights<T> weights,
        Activation activation,
        ReadOnlySpan<T> input,
        ReadOnlySpan<int> tokenSelectedExperts,
        ReadOnlySpan<float> tokenFinalScales,
        int topK,
        Span<T> output,
        ManagedOptions? options = null)
        where T : unmanaged
    {
        Check(weights, activation, input, tokenSelectedExperts, tokenFinalScales, topK);
        if (output.Length != input.Length)
        {
            throw new ArgumentException(
                $"output has {output.Length} elements; required are {input.Length}, as many as input has ([T, H]).", nameof(output));
        }

        new ManagedPipeline<T, float>(weights, activation, topK, options ?? ManagedOptions.Default)
            .Run(input, tokenSelectedExperts, tokenFinalScales, output, default);
    }

    /// <summary>Runs the layer in double precision; the reference of checks.</summary>
    /// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="weights">Expert weights.</param>
    /// <param name="activation">The function between the GEMMs; gated with a gated layout, plain with <see cref="Fc1Layout.Plain"/>.</param>
    /// <param name="input">[T, H]; T is its length / H and may be 0.</param>
    /// <param name="tokenSelectedExperts">[T, K].</param>
    /// <param name="tokenFinalScales">[T, K]; empty means 1.</param>
    /// <param name="topK">K, 1 to 32; may exceed the number of experts.</param>
    /// <param name="options">Threads and rounding points: with <see cref="RoundingPoints"/> the result is that of ideal rounding at these points.</param>
    /// <returns>[T, H], rounded only where <see cref="ManagedOptions.Rounding"/> says so.</returns>
    /// <exception cref="ArgumentException">A length or value does not fit; the message names it, its value and what is allowed.</exception>
    public static double[] ForwardDouble<T>(
        MoeWeights<T> weights,
        Activation activation,
        ReadOnlySpan<T> input,
        ReadOnlySpan<int> tokenSelectedExperts,
        ReadOnlySpan<float> tokenFinalScales,
        int topK,
        ManagedOptions? options = null)
        where T : unmanaged
    {
        Check(weights, activation, input, tokenSelectedExperts, tokenFinalScales, topK);
        var output = new double[input.Length];
        new ManagedPipeline<T, double>(weights, activation, topK, options ?? ManagedOptions.Default)
            .Run(input, tokenSelectedExperts, tokenFinalScales, default, output);
        return output;
    }

    private static void Check<T>(
        MoeWeights<T> weights,
        Activation activation,
        ReadOnlySpan<T> input,
        ReadOnlySpan<int> tokenSelectedExperts,
        ReadOnlySpan<float> tokenFinalScales,
        int topK)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(weights);
        ManagedActivations.Check(activation, weights.Fc1Layout);
        if (topK is < 1 or > MoeShape.MaxTopK)
        {
            throw new ArgumentOutOfRangeException(nameof(topK), topK, $"topK is {topK}; allowed is 1 to {MoeShape.MaxTopK}.");
        }

        int hidden = weights.Shape.HiddenSize;
        if (input.Length % hidden != 0)
        {
            throw new ArgumentException($"input has {input.Length} elements; required is a multiple of hiddenSize {hidden} ([T, H]).", nameof(input));
        }

        long slots = (long)(input.Length / hidden) * topK;
        if (tokenSelectedExperts.Length != slots)
        {
            throw new ArgumentException(
                $"tokenSelectedExperts has {tokenSelectedExperts.Length} elements; required are {slots} ({input.Length / hidden} tokens x topK {topK}).", nameof(tokenSelectedExperts));
        }

        if (!tokenFinalScales.IsEmpty && tokenFinalScales.Length != slots)
        {
            throw new ArgumentException(
                $"tokenFinalScales has {tokenFinalScales.Length} elements; required are {slots} ({input.Length / hidden} tokens x topK {topK}), or none for 1.", nameof(tokenFinalScales));
        }
    }
}
