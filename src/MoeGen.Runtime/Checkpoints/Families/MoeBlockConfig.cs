namespace MoeGen.Checkpoints;

/// <summary>What config.json says about the MoE blocks.</summary>
internal sealed record MoeBlockConfig
{
    private const int MaxShared = 1 << 29;

    /// <summary>Routed experts, H and I.</summary>
    public required MoeShape Shape { get; init; }

    public required int TopK { get; init; }

    public required RoutingMethod Routing { get; init; }

    /// <summary>The router's numbers, but for the number of shared experts.</summary>
    public RouterOptions Router { get; init; } = RouterOptions.Default;

    /// <summary>Width of the shared expert; 0 where there is none.</summary>
    public int SharedIntermediateSize { get; init; }

    public Activation Activation { get; init; } = Activation.Swiglu;

    public SwigluConstants Swiglu { get; init; } = SwigluConstants.Default;

    public Fc1Layout Fc1Layout { get; init; } = Fc1Layout.GateUp;

    /// <summary>Whether a layer has experts.</summary>
    public Func<int, bool> HasExperts { get; init; } = static _ => true;

    public Quantization Quantization { get; init; } = Quantization.None;

    /// <summary>S, experts that the shared one is stored as.</summary>
    public int NumSharedExperts => SharedExperts.Count(SharedIntermediateSize, Shape.IntermediateSize);

    /// <summary>The router's numbers, all of them.</summary>
    public RouterOptions RouterOptions => Router with { NumSharedExperts = NumSharedExperts };

    /// <summary>Routed and shared experts, H and I.</summary>
    public MoeShape WholeShape => new(Shape.NumExperts + NumSharedExperts, Shape.HiddenSize, Shape.IntermediateSize);

    /// <summary>Reads E, H, I, K and the function.</summary>
    public static MoeBlockConfig Read(ModelConfig config, RoutingMethod routing, string intermediateKey, params ReadOnlySpan<string> expertsKeys)
    {
        int experts = config.GetPositive(expertsKeys);
        int hidden = config.GetPositive("hidden_size");
        int intermediate = config.GetPositive(intermediateKey);
        int topK = config.GetPositive("num_experts_per_tok");
        int maxTopK = Math.Min(experts, MoeShape.MaxTopK);
        if (topK > maxTopK)
        {
            throw config.Problem("num_experts_per_tok", $"{topK}", $"allowed is 1 to {maxTopK} with {experts} experts");
        }

        string activation = config.GetString("hidden_act");
        if (activation is not ("silu" or "swish"))
        {
            throw config.Problem("hidden_act", CheckpointException.Quote(activation), "allowed are 'silu' and 'swish'");
        }

        MoeShape shape = Checked(config, () => new MoeShape(experts, hidden, intermediate));
        return new MoeBlockConfig { Shape = shape, TopK = topK, Routing = routing };
    }

    /// <summary>Throws where the numbers do not fit together.</summary>
    public void Check(ModelConfig config) => Checked(config, () =>
    {
        if (SharedIntermediateSize > MaxShared)
        {
            throw new CheckpointException($"{config.Path}: the shared expert has intermediate size {SharedIntermediateSize}; allowed are at most {MaxShared}.");
        }

        RouterChecks.Check(Routing, Shape.NumExperts, TopK, RouterOptions);
        SwigluChecks.CheckConstants(Activation, Swiglu, "swiglu_limit");
        return WholeShape;
    });

    private static MoeShape Checked(ModelConfig config, Func<MoeShape> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException problem)
        {
            throw new CheckpointException($"{config.Path}: {problem.Message}", problem);
        }
    }
}
