using System.Numerics;

namespace MoeGen;

/// <summary><c>gelu(gate) * up</c>, gelu by its tanh approximation.</summary>
internal readonly struct GegluTanhFunction : IManagedActivation
{
    public static bool IsGated => true;

    public static TAcc Apply<TAcc>(TAcc gate, TAcc up, SwigluValues<TAcc> swiglu)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc> => GeluTanhFunction.Apply(gate, up, swiglu) * up;
}
