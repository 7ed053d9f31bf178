namespace MoeGen.Tests;

/// <summary>Times as a test wants them; what was asked for is remembered.</summary>
internal sealed class FakeVariantTimer(Func<int, int, double> microseconds) : IVariantTimer
{
    public List<(int NumTokens, int Variant)> Asked { get; } = [];

    public double Microseconds(int numTokens, int variant)
    {
        Asked.Add((numTokens, variant));
        return microseconds(numTokens, variant);
    }
}
