using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Emission;

/// <summary>The generated C# is written as a person would: documented, indented, LF.</summary>
public sealed class GeneratedSurfaceTests
{
    public static TheoryData<string> Snapshots => [.. Repository.Files(Repository.Snapshots, ".cs").Select(file => file.Path).Where(path => path.Contains(".verified.", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Every_public_member_is_documented(string path)
    {
        MemberDeclarationSyntax[] members = Parse(path).DescendantNodes().OfType<MemberDeclarationSyntax>()
            .Where(member => member.Modifiers.Any(SyntaxKind.PublicKeyword) || member.Modifiers.Any(SyntaxKind.ProtectedKeyword))
            .ToArray();
        Assert.NotEmpty(members);
        Assert.All(members, member => Assert.True(
            member.GetLeadingTrivia().Any(trivia => trivia.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia)), $"Without documentation: {member.ToString().Split('\n')[0]}"));
    }

    /// <summary>Every line begins at four spaces a bracket that is open, or one step further where it goes on with the line before.</summary>
    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Lines_are_indented_by_the_brackets_around_them(string path)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Snapshots, path));
        Assert.DoesNotContain('\r', text);
        Assert.DoesNotContain('\t', text);
        Assert.DoesNotContain("\n\n\n", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        int depth = 0;
        foreach (string line in text.Split('\n').Where(line => line.Length > 0))
        {
            string code = line.Trim();
            depth -= code[0] is '}' ? 1 : 0;
            int indentation = line.Length - line.TrimStart(' ').Length;
            Assert.True(indentation % 4 == 0 && indentation / 4 >= depth && indentation / 4 <= depth + 2 && line.TrimEnd() == line, $"{depth} brackets deep: '{line}'");
            Assert.True(code is not ("{" or "}") || indentation / 4 <= depth + 1, $"{depth} brackets deep: '{line}'");
            depth += code is "{" ? 1 : code[0] is '}' || !code.EndsWith('{') ? 0 : 1;
        }

        Assert.Equal(0, depth);
    }

    private static SyntaxNode Parse(string path)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(
            File.ReadAllText(Path.Combine(Repository.Snapshots, path)), new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.Diagnose), path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(tree.GetDiagnostics(TestContext.Current.CancellationToken));
        return tree.GetRoot(TestContext.Current.CancellationToken);
    }
}
