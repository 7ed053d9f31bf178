using System.Text.RegularExpressions;
using MoeGen.Package.Tests.Harness;

namespace MoeGen.Package.Tests.Documents;

/// <summary>Links from one page of the repository to another file of it.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Pages => [.. new[] { "README.md", "SECURITY.md", "CHANGELOG.md" }
        .Concat(Directory.GetFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_relative_link_leads_somewhere(string page)
    {
        string file = Repository.PathOf(page);
        Assert.All(Targets(File.ReadAllText(file)), target =>
        {
            string[] parts = target.Split('#');
            string path = parts[0].Length == 0 ? file : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, parts[0]));
            Assert.True(Path.Exists(path), $"{page} links to {target}, which does not exist.");
            if (parts.Length > 1 && path.EndsWith(".md", StringComparison.Ordinal))
            {
                Assert.True(Anchors(File.ReadAllText(path)).Contains(parts[1]), $"{page} links to {target}, and the page has no such heading.");
            }
        });
    }

    [Fact]
    public void Links_are_seen() => Assert.Equal(["docs/a.md", "#b"], Targets("[a](docs/a.md), [b](#b), [c](https://example.org)\n```\n[d](no.md)\n```\n`[e](no.md)`"));

    private static IEnumerable<string> Targets(string text) => Link().Matches(Code().Replace(text, "")).Select(match => match.Groups[1].Value)
        .Where(target => !target.StartsWith("http", StringComparison.Ordinal));

    private static HashSet<string> Anchors(string text) =>
    [
        .. Heading().Matches(Fence().Replace(text, "")).Select(match => Dropped().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-')),
        .. Anchor().Matches(text).Select(match => match.Groups[1].Value),
    ];

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```|`[^`\n]*`", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Dropped();

    [GeneratedRegex("<a id=\"([^\"]+)\">")]
    private static partial Regex Anchor();
}
