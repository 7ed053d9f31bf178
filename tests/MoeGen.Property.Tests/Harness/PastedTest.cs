namespace MoeGen.Property.Tests;

/// <summary>A case as a test that can be pasted into a class of this project.</summary>
internal static class PastedTest
{
    /// <summary>A test that calls a method of <see cref="Replay"/>.</summary>
    /// <param name="method">The method.</param>
    /// <param name="source">Its first argument, C# code.</param>
    /// <param name="arguments">Its further arguments, as C# expressions.</param>
    public static string Write(string method, string source, params IEnumerable<string> arguments)
    {
        string quotes = new('"', Math.Max(3, LongestRunOfQuotes(source) + 1));
        string[] lines =
        [
            "[Fact]",
            $"public void Found_by_a_property() => Replay.{method}(",
            "    " + quotes,
            .. source.TrimEnd('\n').Split('\n').Select(line => line.Length == 0 ? "" : "    " + line),
            "    " + quotes + string.Concat(arguments.Select(argument => ",\n    " + argument)) + ");",
        ];
        return string.Join('\n', lines);
    }

    private static int LongestRunOfQuotes(string text)
    {
        int longest = 0, run = 0;
        foreach (char character in text)
        {
            run = character == '"' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
