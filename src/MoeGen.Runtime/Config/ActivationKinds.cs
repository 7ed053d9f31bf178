namespace MoeGen;

/// <summary>The gated/plain split of <see cref="Activation"/>.</summary>
public static class ActivationKinds
{
    /// <summary>Whether <paramref name="activation"/> combines a gate row and an up row of fc1 into one value.</summary>
    public static bool IsGated(this Activation activation) => activation is Activation.Swiglu;
}
