using System.Globalization;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>Formats of weights: what they go with, and their groups.</summary>
internal static class WeightFormatRule
{
    private static readonly int[] GroupSizes = [32, 64, 128];

    /// <summary>Checks format, group size and zero points.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        // A format that is none, or a type that is none, is another rule's.
        WeightFormat format = settings.Weights ?? WeightFormat.SameAsDtype;
        if (!Enum.IsDefined(typeof(WeightFormat), format))
        {
            return [];
        }

        return Type(settings, format).Concat(Options(settings, format)).Concat(Sizes(settings, format));
    }

    private static IEnumerable<Issue> Type(MoeSettings settings, WeightFormat format)
    {
        if (settings is { Weights: not null, Dtype: Dtype.INT8 or Dtype.FP32 })
        {
            yield return Issue.Of(
                RuleIds.OptionWithoutEffect, nameof(MoeSettings.Weights), nameof(MoeSettings.Weights),
                settings.Dtype == Dtype.INT8 ? "Dtype INT8, whose weights are 8-bit" : "Dtype FP32, which runs on the managed backend", "Dtype BF16 or FP16");
        }
        else if (format != WeightFormat.SameAsDtype && settings.Gemm is Gemm.Custom or Gemm.Cublas)
        {
            yield return Issue.Of(
                RuleIds.UnsupportedCombination, nameof(MoeSettings.Gemm),
                nameof(MoeSettings.Gemm), settings.Gemm.Value.ToString(), $"Weights {format}", "TensorCore", "codes become elements inside the generated kernels");
        }
    }

    private static IEnumerable<Issue> Options(MoeSettings settings, WeightFormat format)
    {
        if (settings.GroupSize is { } size && format != WeightFormat.Int4Group)
        {
            yield return WithoutEffect(nameof(MoeSettings.GroupSize), format);
        }
        else if (settings.GroupSize is { } stated && !GroupSizes.Contains(stated))
        {
            yield return Issue.Of(
                RuleIds.UnsupportedCombination, nameof(MoeSettings.GroupSize),
                nameof(MoeSettings.GroupSize), Text(stated), "Weights Int4Group", "32, 64 and 128", "a thread decodes 32 codes with one scale and a stage holds whole groups or a part of one");
        }

        if (settings.ZeroPoints is not null && format != WeightFormat.Int4Group)
        {
            yield return WithoutEffect(nameof(MoeSettings.ZeroPoints), format);
        }
    }

    // Sizes out of range are SizeRule's.
    private static IEnumerable<Issue> Sizes(MoeSettings settings, WeightFormat format)
    {
        int group = WeightCoding.Of(settings).GroupSize;
        if (format is not (WeightFormat.Int4Group or WeightFormat.Mxfp4) || (format == WeightFormat.Int4Group && !GroupSizes.Contains(group)))
        {
            yield break;
        }

        foreach ((string name, int? size) in new[] { (nameof(MoeSettings.HiddenSize), settings.HiddenSize), (nameof(MoeSettings.IntermediateSize), settings.IntermediateSize) })
        {
            if (size is { } stated && stated % 8 == 0 && stated % group != 0)
            {
                yield return Issue.Of(
                    RuleIds.UnsupportedCombination, name,
                    name, Text(stated), $"groups of {Text(group)}", $"multiples of {Text(group)}", "a weight row is a whole number of groups");
            }
        }
    }

    private static Issue WithoutEffect(string name, WeightFormat format) =>
        Issue.Of(RuleIds.OptionWithoutEffect, name, name, $"Weights {format}, which has no such groups", "Weights Int4Group");

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
