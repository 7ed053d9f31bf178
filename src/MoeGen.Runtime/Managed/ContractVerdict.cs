namespace MoeGen;

/// <summary>What <see cref="NumericContract"/> says about an output.</summary>
/// <param name="Passed">Whether every bound holds.</param>
/// <param name="RelativeL2">Relative L2 error of the whole output.</param>
/// <param name="WorstToken">The token closest to its limit or furthest beyond it; -1 without tokens.</param>
/// <param name="WorstTokenError">Its relative L2 error.</param>
/// <param name="WorstTokenLimit">Its limit.</param>
/// <param name="Message">The verdict as a sentence with all numbers.</param>
public sealed record ContractVerdict(
    bool Passed, double RelativeL2, int WorstToken, double WorstTokenError, double WorstTokenLimit, string Message)
{
    /// <summary>The verdict as a sentence with all numbers.</summary>
    public override string ToString() => Message;
}
