namespace MoeGen.Gpu.Tests;

/// <summary>One case of the grid.</summary>
public sealed record GridCase(int T, int E, int K, int H, int I, Fc1Layout GatedLayout, bool Fc1Bias, bool Fc2Bias, bool Constants, IdPattern Ids)
{
    /// <summary>The layout that a layer takes: the gated one, or <see cref="Fc1Layout.Plain"/>.</summary>
    public Fc1Layout LayoutFor(Activation activation) => activation.IsGated() ? GatedLayout : Fc1Layout.Plain;
}
