using System.Numerics;

namespace MoeGen;

/// <summary><c>silu(gate) * up</c>.</summary>
internal readonly struct SwigluFunction : IManagedActivation
{
    public static bool IsGated => true;

    public static TAcc Apply<TAcc>(TAcc gate, TAcc up, SwigluValues<TAcc> swiglu)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc> => SiluFunction.Apply(gate, up, swiglu) * up;
}
