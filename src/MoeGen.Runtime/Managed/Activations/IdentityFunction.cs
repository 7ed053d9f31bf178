using System.Numerics;

namespace MoeGen;

/// <summary><c>x</c> itself.</summary>
internal readonly struct IdentityFunction : IManagedActivation
{
    public static bool IsGated => false;

    public static TAcc Apply<TAcc>(TAcc gate, TAcc up, SwigluValues<TAcc> swiglu)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc> => gate;
}
