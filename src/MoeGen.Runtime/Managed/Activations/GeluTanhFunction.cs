using System.Numerics;

namespace MoeGen;

/// <summary><c>x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))</c>, written as <c>x</c> times a logistic function, as <c>(1 + tanh(y)) / 2 = 1 / (1 + exp(-2y))</c>.</summary>
internal readonly struct GeluTanhFunction : IManagedActivation
{
    public static bool IsGated => false;

    public static TAcc Apply<TAcc>(TAcc gate, TAcc up, SwigluValues<TAcc> swiglu)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        TAcc y = TAcc.CreateTruncating(0.79788456080286535588) * (gate + (TAcc.CreateTruncating(0.044715) * gate * gate * gate));
        return gate / (TAcc.One + TAcc.Exp(-(y + y)));
    }
}
