using System.Text;
using System.Xml.Linq;
using MoeGen.Package.Tests.Harness;

namespace MoeGen.Package.Tests;

/// <summary>The package of the command line tool: what is in it, and that it installs and runs.</summary>
public sealed class ToolTests(PackedTool package) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moegen-tool-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_metadata_is_complete()
    {
        Dictionary<string, byte[]> files = package.Read(package.Folder);
        XElement metadata = XDocument.Parse(Text(files["MoeGen.Cli.nuspec"])).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal("MoeGen.Cli", Value("id"));
        Assert.Equal("MIT", Value("license"));
        Assert.All(["authors", "description", "projectUrl", "releaseNotes", "copyright", "tags"], name => Assert.False(string.IsNullOrWhiteSpace(Value(name)), name));
        Assert.Equal("DotnetTool", metadata.Descendants().Single(element => element.Name.LocalName == "packageType").Attribute("name")?.Value);
        Assert.Superset(new HashSet<string> { "LICENSE", "cli.md", "tools/net10.0/any/moegen.dll", "tools/net10.0/any/MoeGen.Runtime.dll" }, files.Keys.ToHashSet());
        Assert.Equal(File.ReadAllText(Repository.PathOf("docs/cli.md")), Text(files["cli.md"]));
        Assert.DoesNotContain("](docs/", Text(files["cli.md"]), StringComparison.Ordinal);
        Assert.All(files.Where(file => file.Key.EndsWith(".json", StringComparison.Ordinal)), file => Assert.DoesNotContain(Repository.Root, Text(file.Value), StringComparison.Ordinal));
    }

    [Fact]
    public void It_installs_and_checks_a_checkpoint()
    {
        File.WriteAllText(
            Path.Combine(_folder, "NuGet.config"), $"""<configuration><packageSources><clear /><add key="tool" value="{package.Folder}" /></packageSources></configuration>""");
        ProcessRun.Dotnet(_folder, "tool", "install", "MoeGen.Cli", "--tool-path", "tools", "--version", package.Version, "--configfile", "NuGet.config").AssertSuccess();
        string tool = Path.Combine(_folder, "tools", OperatingSystem.IsWindows() ? "moegen.exe" : "moegen");
        ProcessRun.Start(tool, _folder, "--version").AssertSuccess().AssertPrinted(package.Version);
        string golden = Repository.PathOf("tests/Golden/mixtral");
        ProcessRun.Start(tool, _folder, "check", golden, "--io", Path.Combine(golden, "io.safetensors"), "--backend", "managed", "--json").AssertSuccess().AssertPrinted("\"ok\":true");
    }

    [Fact]
    public void A_second_pack_gives_the_same_assemblies()
    {
        Dictionary<string, byte[]> first = package.Read(package.Folder), second = package.Read(package.Pack("again"));
        string[] own = first.Keys.Where(name => Path.GetFileName(name) is "moegen.dll" or "MoeGen.Runtime.dll").ToArray();
        Assert.Equal(2, own.Length);
        Assert.All(own, name => Assert.True(first[name].AsSpan().SequenceEqual(second[name]), $"{name} differs"));
    }

    private static string Text(byte[] bytes) => new UTF8Encoding(false).GetString(bytes).TrimStart('\uFEFF');
}
