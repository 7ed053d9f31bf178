namespace MoeGen;

/// <summary>Whether a router and a layer fit each other.</summary>
internal static class BlockChecks
{
    /// <summary>Throws unless the method and sizes of a router on the host are the layer's.</summary>
    public static void Check(MoeDescriptor descriptor, MoeRouter router, int numGlobalExperts, int layerHiddenSize)
    {
        ArgumentNullException.ThrowIfNull(router);
        LayerChecks.CheckRouting(descriptor, fromLogits: true);
        if (Misfit(descriptor, router.Routing, router.NumExperts, router.Options, router.HiddenSize, numGlobalExperts, layerHiddenSize) is { } misfit)
        {
            throw new ArgumentException(misfit, nameof(router));
        }
    }

    /// <summary>As above, for a router on the device.</summary>
    public static void Check(MoeDescriptor descriptor, CudaContext context, DeviceMoeRouter router, int numGlobalExperts, int layerHiddenSize)
    {
        ArgumentNullException.ThrowIfNull(router);
        LayerChecks.CheckRouting(descriptor, fromLogits: true);
        if (Misfit(descriptor, router.Routing, router.NumExperts, router.Options, router.HiddenSize, numGlobalExperts, layerHiddenSize) is { } misfit)
        {
            throw new ArgumentException(misfit, nameof(router));
        }

        ObjectDisposedException.ThrowIf(router.Memory.IsDisposed, router);
        BufferChecks.CheckDevice(router.Context, context, nameof(router));
    }

    private static string? Misfit(
        MoeDescriptor descriptor, RoutingMethod routing, int numExperts, RouterOptions options, int hiddenSize, int numGlobalExperts, int layerHiddenSize)
    {
        if (routing != descriptor.Routing)
        {
            return $"router chooses by {routing}; {descriptor.Name} is configured with Routing = {descriptor.Routing}, and has kernels for that method alone.";
        }

        if (numExperts + options.NumSharedExperts != numGlobalExperts)
        {
            return $"router has {numExperts} routed and {options.NumSharedExperts} shared experts; both together must be as many as the experts of the weights, {numGlobalExperts}.";
        }

        return hiddenSize == layerHiddenSize ? null : $"router has H = {hiddenSize}; the layer has H = {layerHiddenSize}.";
    }
}
