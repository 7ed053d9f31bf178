using MoeGen.Tests;

namespace MoeGen.Property.Tests;

/// <summary>The arguments of a call, and what must come out: the naive layer in double precision, row by row.</summary>
internal sealed class LayerReference<T>
    where T : unmanaged
{
    private readonly TestLayer<T> _layer;
    private readonly MoeDescriptor _descriptor;

    public LayerReference(LayerCall call, MoeDescriptor descriptor)
    {
        Call = call;
        _descriptor = descriptor;
        _layer = MakeLayer(call, descriptor);
        if (descriptor.Routing != RoutingMethod.Preselected)
        {
            Logits = MakeLogits(call);
            for (int token = 0; token < call.Tokens; token++)
            {
                (int slot, int k) = (token * call.TopK, call.TopK);
                NaiveRouter.Select(
                    Logits.AsSpan(token * call.NumGlobal, call.NumGlobal), descriptor.Routing,
                    _layer.Ids.AsSpan(slot, k), _layer.Scales.AsSpan(slot, k));
            }
        }

        Weights = Place(_layer.Weights(call.Layout), _layer.LocalExperts);

        // NaN in a token makes the whole row NaN; what infinities make is the formula's affair, and the managed layer's in double precision.
        Expected = _layer.Naive(descriptor.Activation);
        foreach (BadInput bad in call.BadInputs)
        {
            _layer.Input[(bad.Token * call.Hidden) + bad.Column] = TestLayer<T>.From(bad.Value);
        }

        Exact = Double(RoundingPoints.None);
        foreach (IGrouping<int, BadInput> bad in call.BadInputs.GroupBy(bad => bad.Token))
        {
            Span<double> row = Expected.AsSpan(bad.Key * call.Hidden, call.Hidden);
            if (bad.Any(one => !float.IsNaN(one.Value)) && !bad.Any(one => float.IsNaN(one.Value)))
            {
                Exact.AsSpan(bad.Key * call.Hidden, call.Hidden).CopyTo(row);
            }
            else if (_layer.Ids.AsSpan(bad.Key * call.TopK, call.TopK).ToArray().Any(id => _layer.TryFindExpert(id, out _)))
            {
                row.Fill(double.NaN);
            }
        }
    }

    public LayerCall Call { get; }

    public MoeWeights<T> Weights { get; }

    public T[] Input => _layer.Input;

    public int[] Ids => _layer.Ids;

    public float[] Scales => _layer.Scales;

    /// <summary>[T, global E]; empty where ids are given.</summary>
    public float[] Logits { get; } = [];

    /// <summary>What must come out.</summary>
    public double[] Expected { get; }

    /// <summary>The managed layer in double precision.</summary>
    public double[] Exact { get; }

    /// <summary>The managed layer in double precision, ideally rounded at these points.</summary>
    public double[] Double(RoundingPoints rounding) => ManagedMoe.ForwardDouble<T>(
        Weights,
        _descriptor.Activation,
        Input,
        Ids,
        Scales,
        Call.TopK,
        new ManagedOptions { Rounding = rounding, MaxDegreeOfParallelism = 1 },
        _descriptor.Swiglu,
        Weights.LocalExperts);

    private static TestLayer<T> MakeLayer(LayerCall call, MoeDescriptor descriptor)
    {
        var random = new Random(call.Seed + 1);
        float[] Each(float low, float high) => [.. Enumerable.Range(0, call.Experts).Select(_ => low + ((high - low) * random.NextSingle()))];
        TestLayer<T> layer = new TestLayer<T>(new MoeShape(call.Experts, call.Hidden, call.Intermediate), call.Tokens, call.TopK, call.Seed)
            .WithBiases(call.Fc1Biases, call.Fc2Biases);
        layer.SwigluAlpha = call.OwnAlphaBeta ? Each(-1, 2) : null;
        layer.SwigluBeta = call.OwnAlphaBeta ? Each(-1, 1) : null;
        layer.SwigluLimit = call.OwnLimit ? Each(0.5f, 2) : null;
        layer.Swiglu = descriptor.Swiglu;
        if (descriptor.Routing == RoutingMethod.Preselected)
        {
            call.Ids.CopyTo(layer.Ids, 0);
            layer.Scales = call.Scales;
        }

        layer.LocalExperts = call.Map.Length > 0 ? LocalExperts.Map(call.Map)
            : call.GlobalExperts > 0 ? LocalExperts.Range(call.FirstExpert, call.GlobalExperts) : null;
        layer.Placement = call.Map.Length > 0 ? call.Map.Index().Where(pair => pair.Item >= 0).ToDictionary(pair => pair.Index, pair => pair.Item)
            : call.GlobalExperts > 0 ? Enumerable.Range(0, call.Experts).ToDictionary(local => call.FirstExpert + local) : null;
        return layer;
    }

    private static float[] MakeLogits(LayerCall call)
    {
        var random = new Random(call.Seed + 2);
        float[] logits = [.. Enumerable.Range(0, call.Tokens * call.NumGlobal).Select(_ => (random.NextSingle() * 6) - 3)];
        foreach (BadLogits bad in call.BadLogits)
        {
            bad.Apply(logits.AsSpan(bad.Token * call.NumGlobal, call.NumGlobal));
        }

        return logits;
    }

    private static MoeWeights<T> Place(MoeWeights<T> weights, LocalExperts? local) =>
        new(weights.Shape, weights.Fc1Layout, weights.Fc1ExpertWeights, weights.Fc2ExpertWeights)
        {
            Fc1ExpertBiases = weights.Fc1ExpertBiases, Fc2ExpertBiases = weights.Fc2ExpertBiases,
            SwigluAlpha = weights.SwigluAlpha, SwigluBeta = weights.SwigluBeta, SwigluLimit = weights.SwigluLimit, LocalExperts = local,
        };
}
