using System.Text.Json;

namespace MoeGen.Checkpoints;

/// <summary>The safetensors of a folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists. The lifetime rules are those of <see cref="SafetensorsFile"/>.</summary>
public sealed class SafetensorsCheckpoint : IDisposable
{
    private const string SingleName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsFile> _files;
    private readonly Dictionary<string, SafetensorsFile> _fileOfTensor;

    private SafetensorsCheckpoint(string folder, Dictionary<string, SafetensorsFile> files, Dictionary<string, SafetensorsFile> fileOfTensor)
    {
        Folder = folder;
        _files = files;
        _fileOfTensor = fileOfTensor;
    }

    /// <summary>The folder as given.</summary>
    public string Folder { get; }

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> TensorNames => _fileOfTensor.Keys;

    /// <summary>Maps every file of the checkpoint and checks each header, and that every listed tensor lies in its shard.</summary>
    /// <exception cref="SafetensorsException">A file breaks the format, a shard is missing or outside the folder, or a tensor is not in its shard.</exception>
    /// <exception cref="FileNotFoundException">The folder holds neither file.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static SafetensorsCheckpoint Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (CheckpointFolder.Find(folder, SingleName, Problem) is { } single)
        {
            SafetensorsFile file = SafetensorsFile.Open(single);
            return new SafetensorsCheckpoint(folder, new() { [SingleName] = file }, file.Tensors.Keys.ToDictionary(static name => name, _ => file));
        }

        return CheckpointFolder.Find(folder, IndexName, Problem) is { } index
            ? OpenShards(folder, index)
            : throw new FileNotFoundException($"{folder} holds neither {SingleName} nor {IndexName}.", Path.Combine(folder, SingleName));
    }

    /// <summary>One file alone, as if it were a checkpoint.</summary>
    /// <exception cref="SafetensorsException">The file breaks the format.</exception>
    internal static SafetensorsCheckpoint OpenFile(string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        return new SafetensorsCheckpoint(Path.GetDirectoryName(path)!, new() { [Path.GetFileName(path)] = file }, file.Tensors.Keys.ToDictionary(static name => name, _ => file));
    }

    /// <summary>Whether the checkpoint has this tensor.</summary>
    public bool Contains(string name) => _fileOfTensor.ContainsKey(name);

    /// <summary>What is known of a tensor.</summary>
    /// <exception cref="SafetensorsException">No such tensor.</exception>
    public SafetensorsTensor GetTensor(string name) => FileOf(name).Tensors[name];

    /// <summary>As <see cref="SafetensorsFile.Get"/>.</summary>
    public ReadOnlyMemory<T> Get<T>(string name)
        where T : unmanaged => FileOf(name).Get<T>(name);

    /// <summary>As <see cref="SafetensorsFile.GetRows"/>.</summary>
    public ReadOnlyMemory<T> GetRows<T>(string name, long firstRow, int rows)
        where T : unmanaged => FileOf(name).GetRows<T>(name, firstRow, rows);

    /// <summary>As <see cref="SafetensorsFile.GetBytes"/>.</summary>
    public ReadOnlyMemory<byte> GetBytes(string name, long offset = 0, int? length = null) => FileOf(name).GetBytes(name, offset, length);

    /// <summary>As <see cref="SafetensorsFile.GetElements"/>.</summary>
    internal ReadOnlyMemory<T> GetElements<T>(string name, long first, int count)
        where T : unmanaged => FileOf(name).GetElements<T>(name, first, count);

    /// <summary>The file that has a tensor.</summary>
    internal string PathOf(string name) => FileOf(name).Path;

    /// <summary>Unmaps every file.</summary>
    public void Dispose()
    {
        foreach (SafetensorsFile file in _files.Values)
        {
            file.Dispose();
        }
    }

    private static SafetensorsCheckpoint OpenShards(string folder, string index)
    {
        Dictionary<string, string> shardOfTensor = ReadIndex(index);
        var checkpoint = new SafetensorsCheckpoint(folder, [], []);
        try
        {
            foreach ((string tensor, string shard) in shardOfTensor)
            {
                if (!checkpoint._files.TryGetValue(shard, out SafetensorsFile? file))
                {
                    file = SafetensorsFile.Open(FindShard(folder, index, shard));
                    checkpoint._files.Add(shard, file);
                }

                if (!file.Tensors.ContainsKey(tensor))
                {
                    throw new SafetensorsException(
                        index, $"tensor {CheckpointException.Quote(tensor)} is said to lie in {CheckpointException.Quote(shard)}, which does not have it.");
                }

                checkpoint._fileOfTensor.Add(tensor, file);
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static string FindShard(string folder, string index, string shard)
    {
        // A plain name, on Windows as on Linux: no folder, no drive, no parent, no alternate stream.
        if (shard.Length == 0 || shard is "." or ".." || shard.AsSpan().IndexOfAny("/\\:\0") >= 0)
        {
            throw new SafetensorsException(
                index, $"shard {CheckpointException.Quote(shard)} is not allowed; it must be the plain name of a file in the same folder.");
        }

        return CheckpointFolder.Find(folder, shard, Problem)
            ?? throw new SafetensorsException(index, $"shard {CheckpointException.Quote(shard)} does not exist in {folder}.");
    }

    private static SafetensorsException Problem(string path, string problem) => new(path, problem);

    private static Dictionary<string, string> ReadIndex(string index)
    {
        byte[] json = BoundedFile.Read(index, SafetensorsHeader.MaxHeaderLength, Problem);
        var map = new Dictionary<string, string>();
        bool found = false;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    bool isMap = reader.ValueTextEquals("weight_map");
                    reader.Read();
                    if (isMap && !found)
                    {
                        found = true;
                        ReadMap(ref reader, index, map);
                    }
                    else if (isMap)
                    {
                        throw new SafetensorsException(index, "weight_map occurs twice.");
                    }
                    else
                    {
                        reader.Skip();
                    }
                }

                reader.Read();
            }
        }
        catch (Exception invalid) when (invalid is JsonException or InvalidOperationException)
        {
            Exception problem = CheckpointException.Shorten(invalid);
            throw new SafetensorsException(index, $"the index is not valid JSON: {problem.Message}", problem);
        }

        return found ? map : throw new SafetensorsException(index, "the index lacks weight_map, an object from tensor to shard.");
    }

    private static void ReadMap(ref Utf8JsonReader reader, string index, Dictionary<string, string> map)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new SafetensorsException(index, $"weight_map is a JSON {reader.TokenType}; it must be an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string tensor = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new SafetensorsException(
                    index, $"the shard of tensor {CheckpointException.Quote(tensor)} is a JSON {reader.TokenType}; it must be a string.");
            }

            if (!map.TryAdd(tensor, reader.GetString()!))
            {
                throw new SafetensorsException(index, $"tensor {CheckpointException.Quote(tensor)} occurs twice in weight_map.");
            }
        }
    }

    private SafetensorsFile FileOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _fileOfTensor.TryGetValue(name, out SafetensorsFile? file)
            ? file
            : throw new SafetensorsException(
                Folder, $"tensor {CheckpointException.Quote(name)} does not exist; the checkpoint has {_fileOfTensor.Count} tensors.");
    }
}
