using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>FP32 runs on the managed backend only, so options of the GPU kernels would change nothing.</summary>
internal static class ManagedOptionRule
{
    /// <summary>Checks for options without effect.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        if (settings.Dtype != Dtype.FP32)
        {
            yield break;
        }

        if (settings.Tile is not null)
        {
            yield return WithoutEffect(nameof(MoeSettings.Tile));
        }

        if (settings.Stages is not null)
        {
            yield return WithoutEffect(nameof(MoeSettings.Stages));
        }

        if (settings.Gemm is not null)
        {
            yield return WithoutEffect(nameof(MoeSettings.Gemm));
        }
    }

    private static Issue WithoutEffect(string name) => Issue.Of(
        RuleIds.OptionWithoutEffect, name, name, "Dtype FP32, which runs on the managed backend and has no GPU kernels", "Dtype BF16 or FP16");
}
