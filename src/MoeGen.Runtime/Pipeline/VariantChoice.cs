namespace MoeGen;

/// <summary>What a call of some size runs, and why. The same for every call of that size.</summary>
/// <param name="Variant">The kernels.</param>
/// <param name="Reason">Who chose them.</param>
public readonly record struct VariantChoice(GemmVariant Variant, VariantReason Reason);
