using System.Numerics;

namespace MoeGen;

/// <summary><c>g * sigmoid(alpha * g) * (u + beta)</c> with <c>g = min(gate, limit)</c> and <c>u = clamp(up, -limit, limit)</c>; NaN stays NaN.</summary>
internal readonly struct SwigluOaiFunction : IManagedActivation
{
    public static bool IsGated => true;

    public static TAcc Apply<TAcc>(TAcc gate, TAcc up, SwigluValues<TAcc> swiglu)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        TAcc g = TAcc.Min(gate, swiglu.Limit);
        TAcc u = TAcc.Max(TAcc.Min(up, swiglu.Limit), -swiglu.Limit);
        return g / (TAcc.One + TAcc.Exp(-swiglu.Alpha * g)) * (u + swiglu.Beta);
    }
}
