using System.CommandLine;

namespace MoeGen.Cli.Commands;

/// <summary>An option whose values are a few words.</summary>
internal static class ChoiceOption
{
    /// <summary>Words are the members' names in any case.</summary>
    public static Option<T?> Of<T>(string name, string description, params IReadOnlyList<T> allowed)
        where T : struct, Enum => new(name)
        {
            Description = $"{description} Allowed: {Words(allowed)}.",
            HelpName = "word",
            CustomParser = result =>
            {
                string word = result.Tokens[0].Value;
                foreach (T value in allowed)
                {
                    if (string.Equals(value.ToString(), word, StringComparison.OrdinalIgnoreCase))
                    {
                        return value;
                    }
                }

                result.AddError($"{name} is '{word}'; allowed are {Words(allowed)}.");
                return null;
            },
        };

    private static string Words<T>(IReadOnlyList<T> allowed)
        where T : struct, Enum => string.Join(", ", allowed.Select(value => value.ToString().ToLowerInvariant()));
}
