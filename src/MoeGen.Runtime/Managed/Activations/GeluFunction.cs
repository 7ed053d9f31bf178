using System.Numerics;

namespace MoeGen;

/// <summary><c>x / 2 * (1 + erf(x / sqrt(2)))</c>, written with erfc so that negative x keep their digits.</summary>
internal readonly struct GeluFunction : IManagedActivation
{
    public static bool IsGated => false;

    public static TAcc Apply<TAcc>(TAcc gate, TAcc up, SwigluValues<TAcc> swiglu)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc> => TAcc.CreateTruncating(Evaluate(double.CreateTruncating(gate)));

    // In double for both accumulators: erfc has no single-precision form here.
    private static double Evaluate(double x) => 0.5 * x * ErrorFunction.Erfc(-x * 0.70710678118654752440);
}
