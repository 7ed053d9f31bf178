namespace MoeGen;

/// <summary>The stages before the sort where the layer routes: the router's linear layer and the choice of experts.</summary>
internal static class RouterStages
{
    /// <summary>Up to this many slots the counting sort takes one block; as many as a block has memory for.</summary>
    public const int MaxSlotsOfOneBlock = 4096;

    // Blocks of the launch that chooses and sorts are as large as the sort's, with four tokens each: all of them run at once on a device of 128 multiprocessors.
    private const int MaxTokensOfOneLaunch = 128 * 4;

    /// <summary>The regions of the workspace that ids and scales are written to.</summary>
    public static CudaSlots Slots(MoeDescriptor descriptor, in WorkspaceLayout layout, ulong workspace) => new()
    {
        Experts = new(workspace + (ulong)layout.SelectedExperts),
        FinalScales = new(workspace + (ulong)layout.FinalScales),
        InputScales = descriptor.ScalesInput ? new(workspace + (ulong)layout.InputScales) : default,
    };

    /// <summary>Whether one launch chooses and sorts.</summary>
    public static bool AreFused(int numTokens, in CudaRouter router) =>
        numTokens <= MaxTokensOfOneLaunch && numTokens * router.SlotsPerToken <= MaxSlotsOfOneBlock;

    /// <summary>Enqueues the stages; whether the sort, with <paramref name="route"/>, was among them.</summary>
    public static bool Enqueue<T>(
        IMoeLaunchers<T> launchers,
        in CudaCall<T> call,
        in CudaWeights<T> weights,
        in CudaSlots slots,
        RouteArguments? route,
        in WorkspaceLayout layout,
        ulong workspace,
        CudaStream stream)
        where T : unmanaged
    {
        CudaRouter router = call.Router!.Value;
        var regions = new RouterLayout(layout, call.NumTokens, router, weights.Shape.HiddenSize, stream.Context.MultiprocessorCount);
        int parts = call.RouterLogits.IsNull ? regions.LogitParts : 1;
        DevicePointer<float> logits = call.RouterLogits.IsNull ? new(workspace + (ulong)regions.RouterLogits) : call.RouterLogits;
        DevicePointer<float> gates = router.HasSharedGate ? new(workspace + (ulong)regions.SharedGateLogits) : default;
        if (call.RouterLogits.IsNull || router.HasSharedGate)
        {
            Logits(launchers, call, router, weights.Shape.HiddenSize, parts, logits, gates, stream);
        }

        SelectExpertsArguments select = SelectArguments(router, call.NumTokens, logits, slots) with
        {
            RouterBias = call.RouterLogits.IsNull ? router.Bias : default,
            SharedGateLogits = gates,
            NumTokensOnDevice = call.NumTokensOnDevice,
            LogitParts = parts,
        };
        if (route is { } sort && AreFused(call.NumTokens, router))
        {
            var arguments = new SelectAndRouteArguments
            {
                Select = select,
                Route = sort,
                BegunBlocks = new(workspace + (ulong)WorkspaceLayout.BegunSelections),
                ChosenExperts = new(workspace + (ulong)WorkspaceLayout.ChosenExperts),
            };
            launchers.SelectAndRoute(arguments, stream);
            return true;
        }

        launchers.SelectExperts(select, stream);
        return false;
    }

    /// <summary>What the choice of experts takes, without what the input decides.</summary>
    public static SelectExpertsArguments SelectArguments(in CudaRouter router, int numTokens, DevicePointer<float> logits, in CudaSlots slots) => new()
    {
        RouterLogits = logits,
        RouterBias = router.Bias,
        SelectionBias = router.SelectionBias,
        TokenSelectedExperts = slots.Experts,
        TokenFinalScales = slots.FinalScales,
        TokenInputScales = slots.InputScales,
        NumTokens = numTokens,
        NumExperts = router.NumExperts,
        TopK = router.TopK,
        NumSharedExperts = router.Options.NumSharedExperts,
        NumExpertGroups = router.Options.NumExpertGroups,
        NumSelectedGroups = router.Options.NumSelectedGroups,
        Renormalize = router.Options.Renormalize ? 1 : 0,
        RoutedScalingFactor = router.Options.RoutedScalingFactor,
        JitterEpsilon = router.Options.JitterEpsilon,
    };

    // Where logits are given, the shared experts' gate is all that is left to compute.
    private static void Logits<T>(
        IMoeLaunchers<T> launchers, in CudaCall<T> call, in CudaRouter router, int hiddenSize, int parts, DevicePointer<float> logits, DevicePointer<float> gates, CudaStream stream)
        where T : unmanaged
    {
        bool routed = call.RouterLogits.IsNull;
        ulong skipped = routed ? 0 : (ulong)router.NumExperts * (ulong)hiddenSize * sizeof(float);
        int experts = routed ? router.NumExperts : 0;
        var arguments = new RouterLogitsArguments<T>
        {
            Input = call.Input,
            Weight = new(router.Weight.Address + skipped),
            RouterLogits = logits,
            SharedGateLogits = gates,
            NumTokensOnDevice = call.NumTokensOnDevice,
            NumTokens = call.NumTokens,
            NumExperts = experts,
            NumRows = experts + (router.HasSharedGate ? 1 : 0),
            HiddenSize = hiddenSize,
            Parts = parts,
            PartDepth = RouterLayout.PartDepth(hiddenSize, parts),
        };
        launchers.RouterLogits(arguments, stream);
    }
}
