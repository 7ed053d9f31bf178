namespace MoeGen;

/// <content>The whole block: router, routed experts and shared experts.</content>
public static partial class ManagedMoe
{
    /// <summary>Hidden states in, block output out; single-precision accumulation, the output rounded once to <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="weights">Weights of the E routed and, behind them, the S shared experts.</param>
    /// <param name="activation">The function between the GEMMs; gated with a gated layout, plain with <see cref="Fc1Layout.Plain"/>.</param>
    /// <param name="input">[T, H]; T is its length / H and may be 0.</param>
    /// <param name="router">The router, of E experts and S shared ones.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <param name="options">Threads and rounding points; <see langword="null"/> for <see cref="ManagedOptions.Default"/>.</param>
    /// <param name="swiglu">As for <see cref="Forward"/>.</param>
    /// <param name="quantizeActivations">As for <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">A length or value does not fit; the message names it, its value and what is allowed.</exception>
    public static void ForwardBlock<T>(
        ExpertWeights<T> weights,
        Activation activation,
        ReadOnlySpan<T> input,
        MoeRouter router,
        Span<T> output,
        ManagedOptions? options = null,
        SwigluConstants? swiglu = null,
        bool quantizeActivations = false)
        where T : unmanaged
    {
        ManagedLayer<T> layer = CreateBlock(weights, activation, router, options, swiglu, quantizeActivations);
        (int[] ids, float[] scales) = Route(layer, input, router);
        if (output.Length != input.Length)
        {
            throw new ArgumentException(
                $"output has {output.Length} elements; required are {input.Length}, as many as input has ([T, H]).", nameof(output));
        }

        layer.Run(input, ids, scales, output);
    }

    /// <summary>As <see cref="ForwardBlock"/>, in double precision but for the router, whose logits and scales are fp32; the reference of checks.</summary>
    /// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="weights">Weights of the E routed and, behind them, the S shared experts.</param>
    /// <param name="activation">The function between the GEMMs.</param>
    /// <param name="input">[T, H]; T is its length / H and may be 0.</param>
    /// <param name="router">The router, of E experts and S shared ones.</param>
    /// <param name="options">Threads and rounding points.</param>
    /// <param name="swiglu">As for <see cref="Forward"/>.</param>
    /// <param name="quantizeActivations">As for <see cref="Forward"/>.</param>
    /// <returns>[T, H], rounded only where <see cref="ManagedOptions.Rounding"/> says so.</returns>
    /// <exception cref="ArgumentException">A length or value does not fit; the message names it, its value and what is allowed.</exception>
    public static double[] ForwardBlockDouble<T>(
        ExpertWeights<T> weights,
        Activation activation,
        ReadOnlySpan<T> input,
        MoeRouter router,
        ManagedOptions? options = null,
        SwigluConstants? swiglu = null,
        bool quantizeActivations = false)
        where T : unmanaged
    {
        ManagedLayer<T> layer = CreateBlock(weights, activation, router, options, swiglu, quantizeActivations);
        (int[] ids, float[] scales) = Route(layer, input, router);
        var output = new double[input.Length];
        new ManagedPipeline<T, double>(layer).Run(input, ids, scales, default, output);
        return output;
    }

    internal static ManagedLayer<T> CreateBlock<T>(
        ExpertWeights<T> weights, Activation activation, MoeRouter router, ManagedOptions? options, SwigluConstants? swiglu, bool quantizeActivations)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(router);
        CheckRouter(weights, router);
        ManagedLayer<T> layer = ManagedLayer<T>.Create(weights, activation, router.SlotsPerToken, options, swiglu, weights.LocalExperts, quantizeActivations);
        return layer with { InputScaledSlots = SlotScales.InputScaledSlots(router.Routing, router.TopK) };
    }

    private static void CheckRouter<T>(ExpertWeights<T> weights, MoeRouter router)
        where T : unmanaged
    {
        if (router.HiddenSize != weights.Shape.HiddenSize)
        {
            throw new ArgumentException($"router has hiddenSize {router.HiddenSize}; the weights have {weights.Shape.HiddenSize}.", nameof(router));
        }

        int shared = router.Options.NumSharedExperts;
        int experts = weights.LocalExperts?.NumGlobalExperts ?? weights.Shape.NumExperts;
        if (router.NumExperts + shared != experts)
        {
            throw new ArgumentException(
                $"router has numExperts {router.NumExperts} and {shared} shared experts; the weights are of {experts} experts, which must be as many.", nameof(router));
        }
    }

    internal static (int[] Ids, float[] Scales) Route<T>(ManagedLayer<T> layer, ReadOnlySpan<T> input, MoeRouter router)
        where T : unmanaged
    {
        if (input.Length % router.HiddenSize != 0)
        {
            throw new ArgumentException($"input has {input.Length} elements; required is a multiple of hiddenSize {router.HiddenSize} ([T, H]).", nameof(input));
        }

        var ids = new int[checked(input.Length / router.HiddenSize * router.SlotsPerToken)];
        var scales = new float[ids.Length];
        ManagedRouter.Route(input, router, ids, scales, layer.Options.MaxDegreeOfParallelism);
        return (ids, scales);
    }
}
