using System.Numerics;

namespace MoeGen;

/// <summary>The constants of one expert's activation in the accumulator's precision; of no meaning where the function has none.</summary>
internal readonly record struct SwigluValues<TAcc>(TAcc Alpha, TAcc Beta, TAcc Limit)
    where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
{
    /// <summary>The expert's own values where the weights have them, else the layer's.</summary>
    public static SwigluValues<TAcc> Of<T>(ExpertWeights<T> weights, SwigluConstants constants, int expert)
        where T : unmanaged => new(
            Pick(weights.SwigluAlpha, constants.Alpha, expert),
            Pick(weights.SwigluBeta, constants.Beta, expert),
            Pick(weights.SwigluLimit, constants.Limit, expert));

    private static TAcc Pick(ReadOnlyMemory<float> values, float constant, int expert) =>
        TAcc.CreateTruncating(values.IsEmpty ? constant : values.Span[expert]);
}
