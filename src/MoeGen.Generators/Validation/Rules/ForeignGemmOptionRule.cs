using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>Where neither GEMM is generated, options of the generated ones would change nothing.</summary>
internal static class ForeignGemmOptionRule
{
    /// <summary>Checks for options without effect.</summary>
    public static IEnumerable<Issue> Check(MoeDeclaration declaration)
    {
        MoeSettings settings = declaration.Settings;
        if (settings is not { Gemm: Gemm.Cublas or Gemm.Custom, Dtype: not Dtype.FP32 }
            || GeneratedGemms.Of(settings.Gemm.Value, declaration.Type).Any())
        {
            yield break;
        }

        (string why, string others) = settings.Gemm == Gemm.Cublas
            ? ("Gemm Cublas, which chooses its own tiles", "Gemm TensorCore or Custom")
            : ("Gemm Custom and both Gemm1 and Gemm2 in the class, which leave no GEMM to generate", "Gemm TensorCore");
        if (settings.Tile is not null)
        {
            yield return Issue.Of(RuleIds.OptionWithoutEffect, nameof(MoeSettings.Tile), nameof(MoeSettings.Tile), why, others);
        }

        if (settings.Stages is not null)
        {
            yield return Issue.Of(RuleIds.OptionWithoutEffect, nameof(MoeSettings.Stages), nameof(MoeSettings.Stages), why, others);
        }
    }
}
