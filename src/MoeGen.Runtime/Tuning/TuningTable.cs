using System.Text.Json;
using MoeGen.Checkpoints;

namespace MoeGen;

/// <summary>
/// Which variants were fastest, by device and layer: written by <c>Tune</c> of a layer, read by <see cref="MoeCudaOptions.TuningTable"/>.
/// A JSON file with a format version. Immutable.
/// </summary>
public sealed class TuningTable
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>Largest file that is read, in bytes.</summary>
    public const int MaxBytes = 8 << 20;

    /// <summary>Makes a table of entries.</summary>
    /// <exception cref="TuningException">A value is not allowed, or two entries are about the same layer and device.</exception>
    public TuningTable(IEnumerable<TuningEntry> entries)
        : this(entries, "the entries")
    {
    }

    private TuningTable(IEnumerable<TuningEntry> entries, string origin)
    {
        ArgumentNullException.ThrowIfNull(entries);
        Entries = [.. entries];
        TuningChecks.Check(Entries, origin);
    }

    /// <summary>What was measured.</summary>
    public IReadOnlyList<TuningEntry> Entries { get; }

    /// <summary>Why a file was read as an empty table, since it is of another format version; empty otherwise.</summary>
    public string Ignored { get; private init; } = "";

    /// <summary>Reads a file.</summary>
    /// <exception cref="TuningException">It is damaged, too large, or holds a value that is not allowed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TuningTable Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return Parse(BoundedFile.Read(path, MaxBytes, static (path, problem) => new CheckpointException($"{path}: {problem}")), path);
        }
        catch (CheckpointException problem)
        {
            throw new TuningException(problem.Message);
        }
    }

    /// <summary>Reads UTF-8 JSON.</summary>
    /// <param name="json">The document.</param>
    /// <param name="origin">What it is called in messages, for instance its path.</param>
    /// <exception cref="TuningException">It is damaged, too large, or holds a value that is not allowed.</exception>
    public static TuningTable Parse(ReadOnlyMemory<byte> json, string origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        if (json.Length > MaxBytes)
        {
            throw new TuningException($"{origin} is longer than the {MaxBytes} bytes that a tuning table may have.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            int version = VersionOf(document.RootElement, origin);
            if (version != FormatVersion)
            {
                return new TuningTable([]) { Ignored = $"{origin} has format version {version}; this MoeGen reads {FormatVersion}. Tune again." };
            }

            return new TuningTable(document.Deserialize(TuningJson.Default.TuningFile)!.Entries, origin);
        }
        catch (JsonException damage)
        {
            throw new TuningException($"{origin} is no tuning table: {damage.Message}", damage);
        }
    }

    /// <summary>This table with one entry more, in place of an earlier one for the same layer and device.</summary>
    public TuningTable With(TuningEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return new TuningTable([.. Entries.Where(other => !other.IsAbout(entry)), entry]);
    }

    /// <summary>Writes the file as a whole: a reader sees the old one or the new one.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new TuningFile { FormatVersion = FormatVersion, Entries = Entries };
        CacheFolder.Write(path, JsonSerializer.SerializeToUtf8Bytes(file, TuningJson.Default.TuningFile));
    }

    private static int VersionOf(JsonElement root, string origin) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("formatVersion", out JsonElement version)
            && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out int number) && number > 0
            ? number
            : throw new TuningException($"{origin} is no tuning table: formatVersion, a positive number, is required.");
}
