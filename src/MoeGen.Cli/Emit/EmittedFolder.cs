using System.Text;
using DiffPlex.Renderer;
using MoeGen.Cli.Output;

namespace MoeGen.Cli.Emit;

/// <summary>A folder with one file for each class.</summary>
internal static class EmittedFolder
{
    public const string Extension = ".cu";

    /// <summary>Writes each text, as the compiler gets it.</summary>
    public static IEnumerable<EmittedFile> Write(IReadOnlyList<EmbeddedSource> sources, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (EmbeddedSource source in sources.Where(source => source.Text.Length > 0))
        {
            string path = Path.Combine(folder, source.FileName);
            WholeFile.Write(path, source.Text);
            yield return new EmittedFile(source.Class, path, source.Lines, EmittedFile.Written);
        }
    }

    /// <summary>Compares with what was written before. Line ends count as the same, because version control may change them.</summary>
    /// <exception cref="BadInputException">There is no such folder.</exception>
    public static IEnumerable<EmittedFile> Compare(IReadOnlyList<EmbeddedSource> sources, string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new BadInputException($"--check {folder}: there is no such folder; write it once with -o {folder}.");
        }

        var surplus = Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal).ToDictionary(path => Path.GetFileName(path), StringComparer.Ordinal);
        foreach (EmbeddedSource source in sources.Where(source => source.Text.Length > 0))
        {
            string path = Path.Combine(folder, source.FileName);
            yield return surplus.Remove(source.FileName)
                ? Compare(source, path)
                : new EmittedFile(source.Class, path, source.Lines, EmittedFile.Missing);
        }

        foreach (string path in surplus.Values)
        {
            yield return new EmittedFile(null, path, 0, EmittedFile.Surplus);
        }
    }

    private static EmittedFile Compare(EmbeddedSource source, string path)
    {
        string committed = File.ReadAllText(path, Encoding.UTF8).ReplaceLineEndings("\n");
        string generated = Encoding.UTF8.GetString(source.Text).ReplaceLineEndings("\n");
        return committed == generated
            ? new EmittedFile(source.Class, path, source.Lines, EmittedFile.Same)
            : new EmittedFile(source.Class, path, source.Lines, EmittedFile.Differs, Diff(committed, generated, path, source.Class));
    }

    private static string Diff(string committed, string generated, string path, string name) => UnidiffRenderer.GenerateUnidiff(
        committed, generated, path, $"{name} as generated", ignoreWhitespace: false, ignoreCase: false, contextLines: 3);
}
