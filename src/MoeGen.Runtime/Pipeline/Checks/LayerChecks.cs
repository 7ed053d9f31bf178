namespace MoeGen;

/// <summary>What the arguments of a layer must satisfy before anything runs.</summary>
internal static class LayerChecks
{
    private const long MaxSlots = int.MaxValue - 65536;

    /// <summary>A gated activation needs gate and up rows, a plain one must not have them.</summary>
    public static void CheckLayout(MoeDescriptor descriptor, Fc1Layout layout, string name)
    {
        if (descriptor.IsGated != (layout != Fc1Layout.Plain))
        {
            throw new ArgumentException(
                $"{name} have fc1Layout {layout}; {descriptor.Name} uses {descriptor.Activation}, which needs {(descriptor.IsGated ? "GateUp, UpGate or Interleaved" : "Plain")}.",
                name);
        }
    }

    public static void CheckRouting(MoeDescriptor descriptor, bool fromLogits)
    {
        bool routes = descriptor.Routing != RoutingMethod.Preselected;
        if (routes != fromLogits)
        {
            throw new InvalidOperationException(
                routes
                    ? $"{descriptor.Name} is configured with Routing = {descriptor.Routing}; call ForwardFromLogits, or set Routing = Preselected to give ids and scales."
                    : $"{descriptor.Name} is configured with Routing = Preselected; call Forward with ids and scales, or set Routing to a method that starts from logits.");
        }
    }

    public static void CheckCounts(int numTokens, int topK)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(numTokens);
        CheckTopK(topK, MoeShape.MaxTopK);
        if ((long)numTokens * topK > MaxSlots)
        {
            throw new ArgumentOutOfRangeException(nameof(numTokens), numTokens, $"numTokens * topK is {(long)numTokens * topK}; at most {MaxSlots} is allowed.");
        }
    }

    public static void CheckTopK(int topK, int largest)
    {
        if (topK < 1 || topK > largest)
        {
            throw new ArgumentOutOfRangeException(nameof(topK), topK, $"topK is {topK}; allowed is 1 to {largest}.");
        }
    }

    /// <summary>K of a layer that routes: at most E, and what the method needs.</summary>
    public static void CheckRoutedTopK(MoeDescriptor descriptor, int topK, int numExperts)
    {
        CheckTopK(topK, Math.Min(MoeShape.MaxTopK, numExperts));
        if (descriptor.Routing == RoutingMethod.SparseMixer && topK != 2)
        {
            throw new ArgumentOutOfRangeException(nameof(topK), topK, $"topK is {topK}; {descriptor.Name} is configured with Routing = SparseMixer, which takes 2.");
        }
    }

    /// <summary>T from the length of <paramref name="input"/>.</summary>
    public static int CountTokens(long input, int hiddenSize)
    {
        if (input % hiddenSize != 0 || input / hiddenSize > int.MaxValue)
        {
            throw new ArgumentException($"input has {input} elements; a multiple of H = {hiddenSize} is required ([T, H]).", nameof(input));
        }

        return (int)(input / hiddenSize);
    }

    /// <summary>K from the length of <paramref name="tokenSelectedExperts"/>; 1 where there are no tokens.</summary>
    public static int CountTopK(long tokenSelectedExperts, int numTokens)
    {
        if (numTokens == 0)
        {
            return tokenSelectedExperts == 0 ? 1 : throw new ArgumentException($"tokenSelectedExperts has {tokenSelectedExperts} elements; 0 are required, as input has no token.", nameof(tokenSelectedExperts));
        }

        long topK = tokenSelectedExperts / numTokens;
        if (tokenSelectedExperts % numTokens != 0 || topK < 1 || topK > MoeShape.MaxTopK)
        {
            throw new ArgumentException(
                $"tokenSelectedExperts has {tokenSelectedExperts} elements; T * K is required with T = {numTokens} (from input) and K from 1 to {MoeShape.MaxTopK}.",
                nameof(tokenSelectedExperts));
        }

        CheckCounts(numTokens, (int)topK);
        return (int)topK;
    }
}
