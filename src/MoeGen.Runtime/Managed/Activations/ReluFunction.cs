using System.Numerics;

namespace MoeGen;

/// <summary><c>max(x, 0)</c>; NaN stays NaN.</summary>
internal readonly struct ReluFunction : IManagedActivation
{
    public static bool IsGated => false;

    public static TAcc Apply<TAcc>(TAcc gate, TAcc up, SwigluValues<TAcc> swiglu)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc> => TAcc.Max(gate, TAcc.Zero);
}
