using System.Reflection.Metadata;
using System.Text;
using System.Xml.Linq;
using MoeGen.Package.Tests.Harness;

namespace MoeGen.Package.Tests;

/// <summary>What is in the package.</summary>
public sealed class PackageTests(PackedPackage package)
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    [Fact]
    public void The_package_holds_runtime_generator_code_fixes_targets_and_texts()
    {
        string[] own = package.Read(package.Folder).Keys.Where(name => name.Contains('/', StringComparison.Ordinal)
            && !name.StartsWith("_rels", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(
            [
                "analyzers/dotnet/cs/MoeGen.CodeFixes.dll",
                "analyzers/dotnet/cs/MoeGen.Generators.dll",
                "buildTransitive/MoeGen.targets",
                "lib/net10.0/MoeGen.Runtime.dll",
                "lib/net10.0/MoeGen.Runtime.xml",
            ],
            own);
        Assert.Superset(new HashSet<string> { "LICENSE", "README.md" }, package.Read(package.Folder).Keys.ToHashSet());
    }

    [Fact]
    public void The_metadata_is_complete()
    {
        XElement metadata = XDocument.Parse(Text(package.Read(package.Folder)["MoeGen.nuspec"])).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal("MoeGen", Value("id"));
        Assert.Equal("MIT", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.All(["authors", "description", "projectUrl", "releaseNotes", "copyright", "tags"], name => Assert.False(string.IsNullOrWhiteSpace(Value(name)), name));
        XElement repository = metadata.Elements().Single(element => element.Name.LocalName == "repository");
        Assert.Equal("https://github.com/moegen/moegen", repository.Attribute("url")?.Value);
        Assert.Matches("^[0-9a-f]{40}$", repository.Attribute("commit")?.Value);
        Assert.Equal(["System.Numerics.Tensors"], metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value));
    }

    [Fact]
    public void Links_of_the_readme_lead_into_the_repository()
    {
        string readme = Text(package.Read(package.Folder)["README.md"]);
        Assert.Contains("](https://github.com/moegen/moegen/blob/main/docs/architecture.md)", readme, StringComparison.Ordinal);
        Assert.DoesNotContain("](docs/", readme, StringComparison.Ordinal);
        string own = File.ReadAllText(Repository.PathOf("README.md"));
        Assert.Equal(own.TrimEnd(), readme.Replace("](https://github.com/moegen/moegen/blob/main/", "](", StringComparison.Ordinal).TrimEnd());
    }

    [Fact]
    public void Symbols_link_to_the_sources_of_the_commit()
    {
        byte[] symbols = package.Read(package.Folder, "snupkg")["lib/net10.0/MoeGen.Runtime.pdb"];
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols));
        MetadataReader reader = provider.GetMetadataReader();
        CustomDebugInformation link = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation).Single(information => reader.GetGuid(information.Kind) == SourceLink);
        Assert.Matches("""^\{"documents":\{"/_/\*":"https://raw\.githubusercontent\.com/moegen/moegen/[0-9a-f]{40}/\*"\}\}$""", Text(reader.GetBlobBytes(link.Value)));
        string[] documents = [.. reader.Documents.Select(document => reader.GetString(reader.GetDocument(document).Name))];
        Assert.Contains("/_/src/MoeGen.Runtime/Pipeline/MoeLayer.cs", documents);
        Assert.DoesNotContain(documents, document => document.StartsWith(Repository.Root, StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_pack_gives_the_same_assemblies()
    {
        Dictionary<string, byte[]> first = package.Read(package.Folder), second = package.Read(package.Pack("again"));
        string[] assemblies = first.Keys.Where(name => name.EndsWith(".dll", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, assemblies.Length);
        Assert.All(assemblies, name => Assert.True(first[name].AsSpan().SequenceEqual(second[name]), $"{name} differs"));
    }

    private static string Text(byte[] bytes) => new UTF8Encoding(false).GetString(bytes).TrimStart('\uFEFF');
}
