using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>The element type has no default: it decides the weights' bytes.</summary>
internal static class DtypeRule
{
    /// <summary>Checks that Dtype is stated.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        switch (settings.Dtype)
        {
            case null when !settings.Unreadable:
                yield return Issue.Of(RuleIds.DtypeRequired, Place.Attribute, "left out", EnumRule.Allowed<Dtype>());
                break;
            case Dtype.None:
                yield return Issue.Of(RuleIds.DtypeRequired, nameof(MoeSettings.Dtype), "None", EnumRule.Allowed<Dtype>());
                break;
        }
    }
}
