namespace MoeGen;

/// <summary>The gated/plain split of <see cref="Activation"/>.</summary>
public static class ActivationKinds
{
    /// <summary>Whether <paramref name="activation"/> combines a gate row and an up row of fc1 into one value.</summary>
    public static bool IsGated(this Activation activation) => activation is
        Activation.Swiglu or Activation.Geglu or Activation.GegluTanh or Activation.SwigluOai or Activation.SwigluStep;

    /// <summary>Whether <paramref name="activation"/> has a limit: <see cref="Activation.SwigluOai"/> and <see cref="Activation.SwigluStep"/>.</summary>
    public static bool HasLimit(this Activation activation) => activation is Activation.SwigluOai or Activation.SwigluStep;

    /// <summary>Whether <paramref name="activation"/> has alpha and beta: <see cref="Activation.SwigluOai"/>.</summary>
    public static bool HasAlphaAndBeta(this Activation activation) => activation is Activation.SwigluOai;
}
