using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>cuBLAS chooses its own tiles, so options of the generated GEMMs would change nothing.</summary>
internal static class CublasOptionRule
{
    /// <summary>Checks for options without effect.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        if (settings is not { Gemm: Gemm.Cublas, Dtype: not Dtype.FP32 })
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
    }

    private static Issue WithoutEffect(string name) => Issue.Of(
        RuleIds.OptionWithoutEffect, name, name, "Gemm Cublas, which chooses its own tiles", "Gemm TensorCore or Custom");
}
