using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>A whole block of random weights and router, against the definition in double precision.</summary>
internal sealed class BlockCheck<TLayer, T>
    where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
    where T : unmanaged
{
    private readonly double[] _expected;

    public BlockCheck(RouterCase router, int hidden, int intermediate, Fc1Layout layout = Fc1Layout.GateUp, bool biases = false)
    {
        Problem = new Problem(router.T, router.E + router.Options.NumSharedExperts, router.Slots, hidden, intermediate, layout);
        Data = new Data<T>(Problem);
        Weights = biases ? Data.WithOptions(TLayer.Descriptor.Activation, biases: true, constants: true) : Data.Weights;
        Router = router.Router(hidden);
        _expected = Expected();
    }

    public Problem Problem { get; }

    public Data<T> Data { get; }

    public MoeWeights<T> Weights { get; }

    public MoeRouter Router { get; }

    /// <summary>Holds the rows before <paramref name="numTokens"/> against the definition; the others must be zeros.</summary>
    public void AssertOutput(T[] output, int numTokens)
    {
        int elements = numTokens * Problem.H;
        Assert.All(output.AsSpan(elements).ToArray(), value => Assert.Equal(0, ElementConversion.ToDouble(value)));
        ContractVerdict verdict = NumericContract.For(TLayer.Descriptor.Dtype).Check<T>(output.AsSpan(0, elements), _expected.AsSpan(0, elements), Problem.H);
        Assert.True(verdict.Passed, $"{Router.Routing}, {Problem}, {numTokens} tokens: {verdict}");
    }

    // Each slot as a token of its own, whose input is scaled where the method says so: weights and input are exact in fp32.
    private double[] Expected()
    {
        (int hidden, int slots) = (Problem.H, Problem.K);
        double[] logits = RouterReference.Logits<T>(Data.Input, Router.Weight.Span, hidden);
        double[] gates = Router.SharedGateWeight.IsEmpty ? [] : RouterReference.Logits<T>(Data.Input, Router.SharedGateWeight.Span, hidden);
        var input = new double[Data.Input.Length];
        ElementConversion.Widen<T, double>(Data.Input, input);
        var expanded = new float[Problem.T * slots * hidden];
        var ids = new int[Problem.T * slots];
        var scales = new double[ids.Length];
        for (int token = 0; token < Problem.T; token++)
        {
            (int[] rowIds, double[] rowScales) = RouterReference.Select(
                Router, logits.AsSpan(token * Router.NumExperts, Router.NumExperts), gates.Length > 0 ? gates[token] : null);
            for (int k = 0; k < slots; k++)
            {
                int slot = (token * slots) + k;
                bool scalesInput = TLayer.Descriptor.ScalesInput && k < Router.TopK;
                ids[slot] = rowIds[k];
                scales[slot] = scalesInput ? 1 : rowScales[k];
                for (int h = 0; h < hidden; h++)
                {
                    expanded[(slot * hidden) + h] = (float)(input[(token * hidden) + h] * (scalesInput ? rowScales[k] : 1));
                }
            }
        }

        double[] rows = ManagedMoe.ForwardDouble<float>(Wide(), TLayer.Descriptor.Activation, expanded, ids, [], 1);
        var expected = new double[Data.Input.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            expected[(i / (slots * hidden) * hidden) + (i % hidden)] += scales[i / hidden] * rows[i];
        }

        return expected;
    }

    private MoeWeights<float> Wide() => new(
        Weights.Shape, Weights.Fc1Layout, [.. Weights.Fc1ExpertWeights.Select(Wide)], [.. Weights.Fc2ExpertWeights.Select(Wide)])
    {
        Fc1ExpertBiases = Wide(Weights.Fc1ExpertBiases),
        Fc2ExpertBiases = Wide(Weights.Fc2ExpertBiases),
        SwigluAlpha = Weights.SwigluAlpha,
        SwigluBeta = Weights.SwigluBeta,
        SwigluLimit = Weights.SwigluLimit,
    };

    private static ReadOnlyMemory<float> Wide(ReadOnlyMemory<T> values)
    {
        var wide = new float[values.Length];
        ElementConversion.Widen<T, float>(values.Span, wide);
        return wide;
    }
}
