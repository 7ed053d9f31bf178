using System.Globalization;
using Microsoft.CodeAnalysis;
using MoeGen.Package.Tests.Harness;

namespace MoeGen.Package.Tests.Documents;

/// <summary>docs/api is written from the sources' comments, so that it cannot fall behind them.</summary>
public sealed class ApiReferenceTests
{
    private static readonly string Folder = Repository.PathOf("docs/api");
    private static readonly PublicSurface Surface = new();

    [Fact]
    public void The_reference_has_every_public_member_as_its_source_tells_it()
    {
        Dictionary<string, string> pages = new ApiReference(Surface).Pages();
        if (Environment.GetEnvironmentVariable("MOEGEN_ACCEPT_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Folder);
            Array.ForEach(Directory.GetFiles(Folder), File.Delete);
            foreach ((string name, string text) in pages)
            {
                File.WriteAllText(Path.Combine(Folder, name), text);
            }
        }

        const string Command = "MOEGEN_ACCEPT_SNAPSHOTS=1 dotnet test --project tests/MoeGen.Package.Tests writes docs/api anew.";
        Assert.True(pages.Keys.ToHashSet().SetEquals(Directory.GetFiles(Folder).Select(file => Path.GetFileName(file)!)), $"docs/api has other pages than the sources have folders. {Command}");
        Assert.All(pages, page => Assert.True(page.Value == File.ReadAllText(Path.Combine(Folder, page.Key)), $"docs/api/{page.Key} differs. {Command}"));
    }

    /// <summary>The build holds PublicAPI.*.txt and the assembly together; so the reference is held to the assembly too.</summary>
    [Fact]
    public void The_reference_has_every_type_of_the_listed_surface()
    {
        string[] listed = [.. new[] { "Shipped", "Unshipped" }.SelectMany(name => File.ReadAllLines(Repository.PathOf($"src/MoeGen.Runtime/PublicAPI.{name}.txt")))
            .Where(line => line.StartsWith("MoeGen.", StringComparison.Ordinal) && !line.Contains("->", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(listed);
        Assert.Equal(listed, Surface.Folders.Values.SelectMany(types => types).Select(type => type.ToDisplayString()).Order(StringComparer.Ordinal));
    }

    /// <summary>What generators write is missing here: bodies of partial methods, CS8795, and of JSON contexts, CS0534; nothing else is.</summary>
    [Fact]
    public void The_sources_are_understood() => Assert.Empty(
        Surface.Compilation.GetDeclarationDiagnostics(TestContext.Current.CancellationToken).Where(error => error.Severity == DiagnosticSeverity.Error && error.Id != "CS8795"
            && !(error.Id == "CS0534" && error.GetMessage(CultureInfo.InvariantCulture).Contains("'JsonSerializerContext.", StringComparison.Ordinal))));
}
