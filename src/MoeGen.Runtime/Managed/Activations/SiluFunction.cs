using System.Numerics;

namespace MoeGen;

/// <summary><c>x / (1 + exp(-x))</c>.</summary>
internal readonly struct SiluFunction : IManagedActivation
{
    public static bool IsGated => false;

    public static TAcc Apply<TAcc>(TAcc gate, TAcc up, SwigluValues<TAcc> swiglu)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc> => gate / (TAcc.One + TAcc.Exp(-gate));
}
