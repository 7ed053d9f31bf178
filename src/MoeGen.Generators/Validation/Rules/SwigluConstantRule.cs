using System.Globalization;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>Constants of an activation must be finite, and its limit must leave room between -limit and limit.</summary>
internal static class SwigluConstantRule
{
    /// <summary>Checks the constants that the activation has; ActivationOptionRule reports the others.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        Activation activation = settings.Activation ?? Activation.Swiglu;
        const string FiniteWhy = "a constant that is not finite makes every output NaN or drops a term of the formula";
        if (activation.HasAlphaAndBeta() && settings.SwigluAlpha is { } alpha && !IsFinite(alpha))
        {
            yield return Wrong(nameof(MoeSettings.SwigluAlpha), alpha, "finite numbers", FiniteWhy);
        }

        if (activation.HasAlphaAndBeta() && settings.SwigluBeta is { } beta && !IsFinite(beta))
        {
            yield return Wrong(nameof(MoeSettings.SwigluBeta), beta, "finite numbers", FiniteWhy);
        }

        if (activation.HasLimit() && settings.SwigluLimit is { } limit && !(IsFinite(limit) && limit > 0))
        {
            yield return Wrong(
                nameof(MoeSettings.SwigluLimit), limit, "finite numbers greater than 0",
                "values are clamped between -limit and limit, and a clamp that never acts is another activation");
        }
    }

    private static Issue Wrong(string name, float found, string allowed, string why) =>
        Issue.Of(RuleIds.UnsupportedConstant, name, name, found.ToString(CultureInfo.InvariantCulture), allowed, why);

    private static bool IsFinite(float value) => !float.IsNaN(value) && !float.IsInfinity(value);
}
