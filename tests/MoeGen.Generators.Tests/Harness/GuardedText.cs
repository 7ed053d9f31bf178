using MoeGen.Generators.Emit.Cuda;

namespace MoeGen.Generators.Tests.Harness;

/// <summary>Reads a CUDA text by the guards of its parts.</summary>
internal static class GuardedText
{
    private const string List = "// Parts: ", Guard = "#if !defined(MOE_PART) || defined(MOE_PART_";

    /// <summary>The text without the entry points of a part, without what those alone use, and without the guards themselves and the line that lists the parts.</summary>
    public static string Without(string text, string part)
    {
        List<string> kept = [];
        string? open = null;
        int inner = 0, dropped = 0;
        foreach (string line in text.Split('\n').Where(line => !line.StartsWith(List, StringComparison.Ordinal)))
        {
            if (open is null && line.StartsWith(Guard, StringComparison.Ordinal))
            {
                open = line[Guard.Length..].TrimEnd(')');
            }
            else if (open is not null && inner == 0 && line == "#endif")
            {
                open = null;
            }
            else
            {
                inner += open is null ? 0 : line.StartsWith("#if", StringComparison.Ordinal) ? 1 : line == "#endif" ? -1 : 0;
                if (open == part)
                {
                    dropped++;
                }
                else
                {
                    kept.Add(line);
                }
            }
        }

        Assert.True(dropped > 0, $"The text has no part '{part}'.");
        return LiveText.Of(string.Join("\n", kept));
    }
}
