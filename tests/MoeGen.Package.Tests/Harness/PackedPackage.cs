using System.Globalization;
using System.IO.Compression;
using MoeGen.Package.Tests.Harness;

[assembly: AssemblyFixture(typeof(PackedPackage))]

namespace MoeGen.Package.Tests.Harness;

/// <summary>The package, made once, when first asked for, by the documented command, beside the checkout's own build folders.</summary>
public class PackedPackage : IDisposable
{
    private readonly string _project;
    private readonly string _id;
    private readonly string _work = Directory.CreateTempSubdirectory("moegen-package-").FullName;
    private readonly Lazy<string> _folder;

    public PackedPackage()
        : this("src/MoeGen.Runtime", "MoeGen")
    {
    }

    private protected PackedPackage(string project, string id)
    {
        _project = project;
        _id = id;
        _folder = new Lazy<string>(() => Pack("packages"));
    }

    /// <summary>A version that no cache can hold.</summary>
    public string Version { get; } = string.Create(CultureInfo.InvariantCulture, $"0.1.0-test.{DateTime.UtcNow.Ticks}");

    /// <summary>The folder with the package and its symbols.</summary>
    public string Folder => _folder.Value;

    /// <summary>Packs from nothing.</summary>
    /// <returns>The folder with the package.</returns>
    public string Pack(string name)
    {
        string folder = Path.Combine(_work, name), build = Path.Combine(_work, "build");
        // Analyzers judge the sources in every build; they add nothing to the assemblies.
        ProcessRun.Dotnet(
            Repository.Root, "pack", _project, "-c", "Release", "-o", folder,
            "--artifacts-path", build, $"-p:Version={Version}", "-p:ContinuousIntegrationBuild=true", "-p:RunAnalyzers=false").AssertSuccess();
        Directory.Delete(build, recursive: true);
        return folder;
    }

    /// <summary>The files of a package that <see cref="Pack"/> made, by path.</summary>
    public Dictionary<string, byte[]> Read(string folder, string extension = "nupkg")
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(folder, $"{_id}.{Version}.{extension}"));
        return archive.Entries.ToDictionary(entry => entry.FullName, Bytes);
    }

    public void Dispose()
    {
        Directory.Delete(_work, recursive: true);
        GC.SuppressFinalize(this);
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using Stream content = entry.Open();
        using MemoryStream copy = new();
        content.CopyTo(copy);
        return copy.ToArray();
    }
}
