namespace MoeGen;

/// <summary>What the choice of experts from logits depends on.</summary>
internal sealed record RouterSettings(
    RoutingMethod Routing, int NumExperts, int TopK, RouterOptions Options, ReadOnlyMemory<float> SelectionBias)
{
    public static RouterSettings Of(MoeRouter router) =>
        new(router.Routing, router.NumExperts, router.TopK, router.Options, router.SelectionBias);
}
