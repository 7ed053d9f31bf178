namespace MoeGen;

/// <summary>Whether a router's numbers fit together.</summary>
internal static class RouterChecks
{
    /// <summary>Methods that add a selection bias.</summary>
    public static bool TakesSelectionBias(RoutingMethod routing) =>
        routing is RoutingMethod.SigmoidTopK or RoutingMethod.SigmoidGroupedTopK or RoutingMethod.SqrtSoftplusTopK;

    /// <summary>Methods that take a token's experts from its best groups.</summary>
    public static bool HasGroups(RoutingMethod routing) =>
        routing is RoutingMethod.SigmoidGroupedTopK or RoutingMethod.SoftmaxGroupedTopK;

    /// <summary>Methods for which <see cref="RouterOptions.Renormalize"/> decides.</summary>
    public static bool MayRenormalize(RoutingMethod routing) =>
        TakesSelectionBias(routing) || routing == RoutingMethod.SoftmaxGroupedTopK;

    public static void Check(RoutingMethod routing, int numExperts, int topK, RouterOptions options)
    {
        if (routing is RoutingMethod.Preselected || !Enum.IsDefined(routing))
        {
            throw new ArgumentOutOfRangeException(
                nameof(routing),
                routing,
                $"routing is {routing}; allowed are {string.Join(", ", Enum.GetValues<RoutingMethod>().Where(static method => method != RoutingMethod.Preselected))}.");
        }

        Require(numExperts is >= 1 and <= MoeShape.MaxNumExperts, nameof(numExperts), numExperts, $"1 to {MoeShape.MaxNumExperts}");
        int maxTopK = Math.Min(MoeShape.MaxTopK, numExperts);
        Require(topK >= 1 && topK <= maxTopK, nameof(topK), topK, $"1 to {maxTopK} (at most {MoeShape.MaxTopK} and at most numExperts {numExperts})");
        Require(routing != RoutingMethod.SparseMixer || topK == 2, nameof(topK), topK, "2 with SparseMixer");
        int shared = options.NumSharedExperts;
        int maxShared = Math.Min(MoeShape.MaxTopK - topK, MoeShape.MaxNumExperts - numExperts);
        Require(shared >= 0 && shared <= maxShared, nameof(options.NumSharedExperts), shared, $"0 to {maxShared} with topK {topK} and numExperts {numExperts}");
        CheckGroups(routing, numExperts, topK, options);
        Require(
            !options.Renormalize || MayRenormalize(routing),
            nameof(options.Renormalize),
            options.Renormalize,
            $"false with {routing}, which says by its name whether it divides by the sum");
        Require(float.IsFinite(options.RoutedScalingFactor), nameof(options.RoutedScalingFactor), options.RoutedScalingFactor, "a finite number");
        Require(options.JitterEpsilon >= 0 && float.IsFinite(options.JitterEpsilon), nameof(options.JitterEpsilon), options.JitterEpsilon, "a finite number, 0 or more");
    }

    public static ReadOnlyMemory<float> Length(ReadOnlyMemory<float> values, int length, string symbol, string name) =>
        values.IsEmpty || values.Length == length
            ? values
            : throw new ArgumentException($"{name} has {values.Length} elements; {length} are required ([{symbol}]), or none.", name);

    public static ReadOnlyMemory<float> SelectionBias(ReadOnlyMemory<float> values, MoeRouter router, string name) =>
        values.IsEmpty || TakesSelectionBias(router.Routing)
            ? Length(values, router.NumExperts, "E", name)
            : throw new ArgumentException($"{name} is given with {router.Routing}, which has none; leave it out.", name);

    public static ReadOnlyMemory<float> SharedGate(ReadOnlyMemory<float> values, MoeRouter router, string name) =>
        values.IsEmpty || router.Options.NumSharedExperts > 0
            ? Length(values, router.HiddenSize, "H", name)
            : throw new ArgumentException($"{name} is given without shared experts; set {nameof(RouterOptions.NumSharedExperts)}.", name);

    private static void CheckGroups(RoutingMethod routing, int numExperts, int topK, RouterOptions options)
    {
        int groups = options.NumExpertGroups;
        int selected = options.NumSelectedGroups;
        Require(HasGroups(routing) || groups == 1, nameof(options.NumExpertGroups), groups, $"1 with {routing}, which has no groups");
        Require(groups >= 1 && numExperts % groups == 0, nameof(options.NumExpertGroups), groups, $"a divisor of numExperts {numExperts}");
        Require(selected >= 1 && selected <= groups, nameof(options.NumSelectedGroups), selected, $"1 to NumExpertGroups {groups}");
        int reachable = selected * (numExperts / groups);
        Require(topK <= reachable, nameof(topK), topK, $"1 to {reachable}, the experts of {selected} groups of {numExperts / groups}");
    }

    private static void Require(bool isMet, string name, object value, string allowed)
    {
        if (!isMet)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; allowed is {allowed}.");
        }
    }
}
