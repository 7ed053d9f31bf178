namespace MoeGen.Checkpoints;

/// <summary>What config.json says about the MoE blocks.</summary>
internal sealed record MoeBlockConfig(MoeShape Shape, int TopK, RoutingMethod Routing, Activation Activation)
{
    /// <summary>Reads the sizes under these keys and checks them.</summary>
    public static MoeBlockConfig Read(ModelConfig config, string intermediateKey, RoutingMethod routing)
    {
        int experts = config.GetPositive("num_experts", "num_local_experts");
        int hidden = config.GetPositive("hidden_size");
        int intermediate = config.GetPositive(intermediateKey);
        int topK = config.GetPositive("num_experts_per_tok");
        int maxTopK = Math.Min(experts, MoeShape.MaxTopK);
        if (topK > maxTopK)
        {
            throw new CheckpointException($"{config.Path}: num_experts_per_tok is {topK}; allowed is 1 to {maxTopK} with {experts} experts.");
        }

        try
        {
            return new MoeBlockConfig(new MoeShape(experts, hidden, intermediate), topK, routing, ReadActivation(config));
        }
        catch (ArgumentOutOfRangeException problem)
        {
            throw new CheckpointException($"{config.Path}: {problem.Message}", problem);
        }
    }

    private static Activation ReadActivation(ModelConfig config)
    {
        string name = config.GetString("hidden_act");
        return name is "silu" or "swish"
            ? Activation.Swiglu
            : throw new CheckpointException($"{config.Path}: hidden_act is {CheckpointException.Quote(name)}; allowed are 'silu' and 'swish'.");
    }
}
