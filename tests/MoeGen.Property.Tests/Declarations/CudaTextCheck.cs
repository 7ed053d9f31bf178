using System.Text.RegularExpressions;

namespace MoeGen.Property.Tests;

/// <summary>What holds for every CUDA text and needs no compiler.</summary>
internal static partial class CudaTextCheck
{
    /// <summary>Checks a text that has these GEMM kernels and no others.</summary>
    public static void Run(string text, IReadOnlyList<string> gemms)
    {
        Assert.DoesNotContain('\r', text);
        Assert.DoesNotContain("#include", text, StringComparison.Ordinal);
        string code = CommentOrString().Replace(text, match => match.Value[0] == '"' ? "\"\"" : "");
        AssertBalanced(code);
        string[] kernels = [.. Kernel().Matches(code).Select(match => match.Groups["name"].Value)];
        Assert.Equal(kernels.Distinct(), kernels);
        Assert.Equal(Global().Count(code), kernels.Length);
        Assert.Equal(gemms.Order(StringComparer.Ordinal), kernels.Where(kernel => kernel.StartsWith("moe_gemm", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        // Sections begin with a banner that names the template.
        string section = "";
        foreach (string line in text.Split('\n'))
        {
            section = Banner().Match(line) is { Success: true } banner ? banner.Groups["path"].Value : section;
            Assert.False(Asm().IsMatch(CommentOrString().Replace(line, "")) && !section.StartsWith("primitives/", StringComparison.Ordinal), $"asm in {section}: {line}");
        }
    }

    private static void AssertBalanced(string code)
    {
        Stack<char> open = new();
        foreach (char character in code)
        {
            switch (character)
            {
                case '(' or '[' or '{':
                    open.Push(character);
                    break;
                case ')' or ']' or '}':
                    Assert.True(open.TryPop(out char opened) && (opened, character) is ('(', ')') or ('[', ']') or ('{', '}'), $"'{character}' closes nothing");
                    break;
            }
        }

        Assert.Empty(open);
    }

    [GeneratedRegex("//[^\\n]*|\"(?:[^\"\\\\\\n]|\\\\.)*\"")]
    private static partial Regex CommentOrString();

    [GeneratedRegex("extern \"\" __global__ void __launch_bounds__\\([^)]*\\)\\s*(?<name>\\w+)\\(")]
    private static partial Regex Kernel();

    [GeneratedRegex("__global__")]
    private static partial Regex Global();

    [GeneratedRegex("^// ---- (?<path>\\S+) ----")]
    private static partial Regex Banner();

    [GeneratedRegex("\\basm\\b")]
    private static partial Regex Asm();
}
