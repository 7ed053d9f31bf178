using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>What goes with INT8, and with INT8 alone.</summary>
internal static class Int8Rule
{
    /// <summary>Checks the type of input and output, and who multiplies.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        if (settings.Dtype != Dtype.INT8)
        {
            if (settings is { OutputDtype: not null, Dtype: { } dtype } && dtype != Dtype.None && Enum.IsDefined(typeof(Dtype), dtype))
            {
                yield return Issue.Of(
                    RuleIds.OptionWithoutEffect, nameof(MoeSettings.OutputDtype), nameof(MoeSettings.OutputDtype),
                    $"Dtype {dtype}, whose output is of the type itself", "Dtype INT8");
            }

            yield break;
        }

        // A value that is none of the enum's is EnumRule's.
        if (settings.OutputDtype is { } output && output is not (Dtype.BF16 or Dtype.FP16) && Enum.IsDefined(typeof(Dtype), output))
        {
            yield return Issue.Of(
                RuleIds.UnsupportedCombination, nameof(MoeSettings.OutputDtype),
                nameof(MoeSettings.OutputDtype), output.ToString(), "Dtype INT8", "BF16 and FP16", "its kernels read and write 16-bit elements");
        }

        if (settings.Gemm is Gemm.Custom or Gemm.Cublas)
        {
            yield return Issue.Of(
                RuleIds.UnsupportedCombination, nameof(MoeSettings.Gemm),
                nameof(MoeSettings.Gemm), settings.Gemm.Value.ToString(), "Dtype INT8", "TensorCore", "the scales of tokens and channels are applied inside the generated kernels");
        }
    }
}
