using System.Numerics;

namespace MoeGen;

/// <summary><c>gelu(gate) * up</c>, gelu in its exact form.</summary>
internal readonly struct GegluFunction : IManagedActivation
{
    public static bool IsGated => true;

    public static TAcc Apply<TAcc>(TAcc gate, TAcc up, SwigluValues<TAcc> swiglu)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc> => GeluFunction.Apply(gate, up, swiglu) * up;
}
