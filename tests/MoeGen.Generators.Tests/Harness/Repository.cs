using System.Reflection;

namespace MoeGen.Generators.Tests.Harness;

/// <summary>Folders of the checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string Snapshots { get; } = Path.Combine(Root, "tests", "Snapshots");

    public static string Templates { get; } = Path.Combine(Root, "templates");

    public static string Generator { get; } = Path.Combine(Root, "src", "MoeGen.Generators");

    /// <summary>Files under a folder with their text, by path relative to it with forward slashes.</summary>
    public static IEnumerable<(string Path, string Text)> Files(string folder, params string[] extensions) => Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => extensions.Contains(Path.GetExtension(file)))
        .Select(file => (Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllText(file)));
}
