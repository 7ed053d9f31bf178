using System.Security.Cryptography;
using System.Text.Json;
using MoeGen.Cli.Output;

namespace MoeGen.Cli.Quantizing;

/// <summary>What is finished of an output folder: a file in it, written whole after each file, so that a run that was interrupted goes on.</summary>
internal sealed class QuantizeManifest
{
    public const string FileName = "moegen-quantize.json";

    private readonly string _folder;
    private readonly ManifestContent _content;

    private QuantizeManifest(string folder, ManifestContent content)
    {
        _folder = folder;
        _content = content;
    }

    /// <summary>That of the folder, or a new one where the folder is empty or does not exist.</summary>
    /// <param name="folder">The output.</param>
    /// <param name="request">What is asked for, in words.</param>
    /// <param name="source">SHA-256 of what the source is.</param>
    /// <exception cref="BadInputException">The folder holds something else.</exception>
    public static QuantizeManifest Open(string folder, string request, string source)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return Directory.EnumerateFileSystemEntries(folder).FirstOrDefault() is { } other
                ? throw new BadInputException($"-o {folder}: the folder has {Path.GetFileName(other)} and no {FileName}; allowed are a new or empty folder, and one that a run was interrupted in.")
                : new QuantizeManifest(folder, new ManifestContent(request, source, []));
        }

        ManifestContent content = Read(path);
        if (content.Request != request)
        {
            throw new BadInputException($"-o {folder}: what was begun there is {content.Request}, and asked for is {request}; take the same options or another folder.");
        }

        return content.Source == source
            ? new QuantizeManifest(folder, content)
            : throw new BadInputException($"-o {folder}: what was begun there is of another checkpoint or other samples, or they have changed; take another folder.");
    }

    /// <summary>A file that is finished and still what it was: the rows of its report; otherwise null.</summary>
    public IReadOnlyList<ExpertError>? Find(string name)
    {
        string path = Path.Combine(_folder, name);
        if (!_content.Files.TryGetValue(name, out ManifestFile? file) || !File.Exists(path) || new FileInfo(path).Length != file.Bytes)
        {
            return null;
        }

        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == file.Sha256 ? file.Experts : null;
    }

    /// <summary>Records a file that is finished.</summary>
    public void Add(string name, string sha256, IReadOnlyList<ExpertError> experts)
    {
        _content.Files[name] = new ManifestFile(new FileInfo(Path.Combine(_folder, name)).Length, sha256, experts);
        WholeFile.Write(Path.Combine(_folder, FileName), JsonSerializer.SerializeToUtf8Bytes(_content, CliJson.Default.ManifestContent));
    }

    private static ManifestContent Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), CliJson.Default.ManifestContent) is { Request: not null, Source: not null, Files: not null } content
                ? content
                : throw new JsonException("a key is missing.");
        }
        catch (JsonException problem)
        {
            throw new BadInputException($"{path} is damaged: {problem.Message} Delete the folder, or take another one.");
        }
    }
}
