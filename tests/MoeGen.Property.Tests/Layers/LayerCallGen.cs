using CsCheck;

namespace MoeGen.Property.Tests;

/// <summary>Calls that a declared layer must take, hostile ones among them.</summary>
internal static class LayerCallGen
{
    // With 8 experts a token, more slots than one block sorts.
    private const int ManyTokens = 129;

    /// <summary>Calls of at most so many tokens; where that is <see cref="ManyTokens"/> or more, now and then of so many and short rows.</summary>
    public static Gen<LayerCall> For(Declaration declaration, int mostTokens)
    {
        bool routes = declaration.Routing != RoutingMethod.Preselected;
        Activation activation = declaration.Activation;
        Gen<Fc1Layout> layouts = activation.IsGated() ? Gen.OneOf(Fc1Layout.GateUp, Fc1Layout.UpGate, Fc1Layout.Interleaved) : Gen.OneOf(Fc1Layout.Plain);
        return
            from tokens in Gen.Frequency(
                (1, Gen.Const(0)), (4, Gen.Int[1, 3]), (8, Gen.Int[1, Math.Min(mostTokens, 70)]), (1, Gen.Int[Math.Min(mostTokens, ManyTokens), mostTokens]))
            let isLong = tokens >= ManyTokens
            from topK in Stated(declaration, "TopK", Gen.Int[isLong ? 8 : 1, 8])
            let least = routes ? topK : 1
            from experts in Stated(declaration, "NumExperts", Gen.Frequency((3, Gen.Int[least, least + 4]), (1, Gen.Int[least, 20])))
            from hidden in Stated(declaration, "HiddenSize", isLong ? Gen.Const(8) : Gen.OneOf(8, 24, 40, 72, 136))
            from intermediate in Stated(declaration, "IntermediateSize", isLong ? Gen.Const(8) : Gen.OneOf(8, 24, 40, 72, 136))
            from layout in layouts
            from flags in Gen.Int[0, 15]
            from seed in Gen.Int[0, 999]
            let call = new LayerCall(tokens, experts, Math.Min(topK, routes ? experts : topK), hidden, intermediate, layout, seed)
            {
                Fc1Biases = (flags & 1) != 0, Fc2Biases = (flags & 2) != 0,
                OwnAlphaBeta = activation.HasAlphaAndBeta() && (flags & 4) != 0, OwnLimit = activation.HasLimit() && (flags & 8) != 0,
            }
            from placed in Placement(call)
            from ids in routes ? Gen.Const(Array.Empty<int>()) : Ids(placed)
            from scales in routes ? Gen.Const(Array.Empty<float>()) : Scales(placed)
            from badInputs in BadInputs(placed)
            from badLogits in routes ? BadLogits(placed) : Gen.Const(Array.Empty<BadLogits>())
            select placed with { Ids = ids, Scales = scales, BadInputs = badInputs, BadLogits = badLogits };
    }

    private static Gen<int> Stated(Declaration declaration, string name, Gen<int> others) =>
        declaration.Int(name) is { } stated ? Gen.Const(stated) : others;

    // All experts here; a range of more; any map, with several ids of one expert and experts without an id.
    private static Gen<LayerCall> Placement(LayerCall call) => Gen.Frequency(
        (2, Gen.Const(call)),
        (1, Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], (before, after) => call with { GlobalExperts = before + call.Experts + after, FirstExpert = before })),
        (1, Gen.Frequency((3, Gen.Int[0, call.Experts - 1]), (1, Gen.OneOf(-1, -7, int.MinValue))).Array[Math.Max(call.TopK, 1), call.Experts + 8]
            .Select(map => call with { Map = map })));

    private static Gen<int[]> Ids(LayerCall call)
    {
        int slots = call.Tokens * call.TopK;
        int global = call.NumGlobal;
        Gen<int> any = Gen.Int[0, global - 1];
        Gen<int> invalid = Gen.OneOf(-1, global, global + 1, int.MinValue, int.MaxValue, -global);
        return Gen.Frequency(
            (3, any.Array[slots]),
            (3, Gen.Frequency((2, any), (1, invalid)).Array[slots]),
            (2, any.Select(one => Enumerable.Repeat(one, slots).ToArray())),
            (1, Gen.Select(any, invalid, Gen.Bool.Array[slots], (one, other, flags) => flags.Select(flag => flag ? one : other).ToArray())),
            (1, invalid.Array[slots]));
    }

    private static Gen<float[]> Scales(LayerCall call)
    {
        int slots = call.Tokens * call.TopK;
        Gen<float> clean = Gen.Int[1, 5].Select(quarters => quarters / 4f);
        return Gen.Frequency(
            (1, Gen.Const(Array.Empty<float>())),
            (3, clean.Array[slots]),
            (2, Gen.Frequency((12, clean), (1, Gen.OneOf(0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity))).Array[slots]));
    }

    private static Gen<BadInput[]> BadInputs(LayerCall call) => call.Tokens == 0 ? Gen.Const(Array.Empty<BadInput>())
        : Gen.Select(
            Gen.Int[0, call.Tokens - 1], Gen.Int[0, call.Hidden - 1], Gen.OneOf(float.NaN, float.PositiveInfinity, float.NegativeInfinity),
            (token, column, value) => new BadInput(token, column, value)).Array[0, 2];

    private static Gen<BadLogits[]> BadLogits(LayerCall call) => call.Tokens == 0 ? Gen.Const(Array.Empty<BadLogits>())
        : Gen.Select(Gen.Int[0, call.Tokens - 1], Gen.OneOf(Enum.GetValues<LogitTrick>()), (token, trick) => new BadLogits(token, trick)).Array[0, 3];
}
