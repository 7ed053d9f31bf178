using System.Globalization;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>A cast can give an enum any value; only the defined ones have an implementation.</summary>
internal static class EnumRule
{
    /// <summary>Checks the enum arguments.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings) =>
        Check(settings.Dtype)
            .Concat(Check(settings.Activation))
            .Concat(Check(settings.Routing, nameof(MoeSettings.Routing)))
            .Concat(Check(settings.Gemm))
            .Concat(Check(settings.OutputDtype, nameof(MoeSettings.OutputDtype)))
            .Concat(Check(settings.Weights, nameof(MoeSettings.Weights)));

    /// <summary>The values that may be stated, as message text.</summary>
    public static string Allowed<T>()
        where T : struct, Enum =>
        string.Join(", ", Enum.GetNames(typeof(T)).Where(name => name != "None"));

    private static IEnumerable<Issue> Check<T>(T? value, string? argument = null)
        where T : struct, Enum
    {
        if (value is { } given && !Enum.IsDefined(typeof(T), given))
        {
            string found = Convert.ToInt64(given, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
            yield return Issue.Of(RuleIds.UndefinedValue, argument ?? typeof(T).Name, argument ?? typeof(T).Name, found, Allowed<T>());
        }
    }
}
