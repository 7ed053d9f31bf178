using System.Numerics;

namespace MoeGen;

/// <summary><c>min(silu(gate), limit) * clamp(up, -limit, limit)</c>; NaN stays NaN.</summary>
internal readonly struct SwigluStepFunction : IManagedActivation
{
    public static bool IsGated => true;

    public static TAcc Apply<TAcc>(TAcc gate, TAcc up, SwigluValues<TAcc> swiglu)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        TAcc g = TAcc.Min(SiluFunction.Apply(gate, up, swiglu), swiglu.Limit);
        return g * TAcc.Max(TAcc.Min(up, swiglu.Limit), -swiglu.Limit);
    }
}
