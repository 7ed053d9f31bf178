using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>A class that says that it multiplies itself needs a method that does.</summary>
internal static class CustomGemmRule
{
    /// <summary>Checks that at least one of the partial methods is implemented.</summary>
    public static IEnumerable<Issue> Check(MoeDeclaration declaration)
    {
        if (declaration.Settings is { Gemm: Gemm.Custom, Dtype: not Dtype.FP32 } && !declaration.Type.ImplementsGemm(1) && !declaration.Type.ImplementsGemm(2))
        {
            yield return Issue.Of(RuleIds.CustomGemmMissing, nameof(MoeSettings.Gemm), declaration.Type.Name) with
            {
                Suggestion = new Suggestion(nameof(MoeSettings.Gemm), GemmSignature.ElementOf(declaration.Settings.Dtype ?? Dtype.BF16)),
            };
        }
    }
}
