using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>Constants belong to the activations whose formulas have them; elsewhere they would change nothing.</summary>
internal static class ActivationOptionRule
{
    /// <summary>Checks for constants without effect.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        Activation activation = settings.Activation ?? Activation.Swiglu;

        // Of an undefined activation, EnumRule's alone, nothing is known.
        if (!Enum.IsDefined(typeof(Activation), activation))
        {
            yield break;
        }

        if (settings.SwigluAlpha is not null && !activation.HasAlphaAndBeta())
        {
            yield return WithoutEffect(nameof(MoeSettings.SwigluAlpha), activation, "alpha", "SwigluOai");
        }

        if (settings.SwigluBeta is not null && !activation.HasAlphaAndBeta())
        {
            yield return WithoutEffect(nameof(MoeSettings.SwigluBeta), activation, "beta", "SwigluOai");
        }

        if (settings.SwigluLimit is not null && !activation.HasLimit())
        {
            yield return WithoutEffect(nameof(MoeSettings.SwigluLimit), activation, "limit", "SwigluOai or SwigluStep");
        }
    }

    private static Issue WithoutEffect(string name, Activation activation, string constant, string others) => Issue.Of(
        RuleIds.OptionWithoutEffect, name, name, $"Activation {activation}, whose formula has no {constant}", $"Activation {others}");
}
