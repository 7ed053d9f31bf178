using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace MoeGen.Generators.Tests.Harness;

/// <summary>A source with <c>{|MOE003:Tile = "128"|}</c> around each place where a diagnostic is expected.</summary>
internal sealed record Markup(string Source, IReadOnlyList<(string Id, TextSpan Span)> Expected)
{
    public static Markup Parse(string marked)
    {
        StringBuilder source = new();
        List<(string Id, TextSpan Span)> expected = [];
        Stack<(string Id, int Order, int Start)> open = new();
        for (int i = 0; i < marked.Length; i++)
        {
            if (marked.AsSpan(i).StartsWith("{|", StringComparison.Ordinal))
            {
                int colon = marked.IndexOf(':', i);
                open.Push((marked[(i + 2)..colon], expected.Count, source.Length));
                expected.Add(default);
                i = colon;
            }
            else if (marked.AsSpan(i).StartsWith("|}", StringComparison.Ordinal))
            {
                (string id, int order, int start) = open.Pop();
                expected[order] = (id, TextSpan.FromBounds(start, source.Length));
                i++;
            }
            else
            {
                source.Append(marked[i]);
            }
        }

        return new Markup(source.ToString(), expected);
    }
}
