using System.Text.Json;
using System.Text.Unicode;

namespace MoeGen.Checkpoints;

/// <summary>A checkpoint's config.json with checked access.</summary>
internal sealed class ModelConfig
{
    private const string Name = "config.json";
    private const long MaxLength = 16 << 20;

    private readonly JsonElement _root;

    private ModelConfig(string path, JsonElement root)
    {
        Path = path;
        _root = root;
    }

    public string Path { get; }

    public static ModelConfig Open(string folder)
    {
        // Where it does not exist, reading says so.
        string path = CheckpointFolder.Find(folder, Name, Problem) ?? System.IO.Path.Combine(folder, Name);
        byte[] json = BoundedFile.Read(path, MaxLength, Problem);
        if (!Utf8.IsValid(json))
        {
            throw Problem(path, "is not valid UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ModelConfig(path, document.RootElement.Clone())
                : throw new CheckpointException($"{path}: is a JSON {document.RootElement.ValueKind}; it must be an object.");
        }
        catch (JsonException invalid)
        {
            Exception problem = CheckpointException.Shorten(invalid);
            throw new CheckpointException($"{path}: is not valid JSON: {problem.Message}", problem);
        }
    }

    /// <summary>A positive integer under the first of these keys that is present; where several are, they must agree.</summary>
    public int GetPositive(params ReadOnlySpan<string> keys)
    {
        (string Key, int Value)? found = null;
        foreach (string key in keys)
        {
            if (!TryGet(key, out JsonElement element))
            {
                continue;
            }

            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out int value) || value < 1)
            {
                throw new CheckpointException(
                    $"{Path}: {key} is {CheckpointException.Quote(element.GetRawText())}; allowed are integers from 1 to {int.MaxValue}.");
            }

            if (found is { } first && first.Value != value)
            {
                throw new CheckpointException($"{Path}: {first.Key} is {first.Value} and {key} is {value}; they must agree.");
            }

            found ??= (key, value);
        }

        return found?.Value ?? throw new CheckpointException($"{Path}: {string.Join(" or ", keys.ToArray())} is missing; a positive integer is required.");
    }

    /// <summary>A string.</summary>
    public string GetString(string key)
    {
        if (!TryGet(key, out JsonElement element))
        {
            throw new CheckpointException($"{Path}: {key} is missing; a string is required.");
        }

        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString()! : throw new InvalidOperationException("it is not a string");
        }
        catch (InvalidOperationException problem)
        {
            throw new CheckpointException($"{Path}: {key} is {CheckpointException.Quote(element.GetRawText())}; a string is required.", problem);
        }
    }

    /// <summary>A boolean; <paramref name="missing"/> where the key is absent.</summary>
    public bool GetBoolean(string key, bool missing)
    {
        if (!TryGet(key, out JsonElement element))
        {
            return missing;
        }

        return element.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? element.GetBoolean()
            : throw new CheckpointException($"{Path}: {key} is {CheckpointException.Quote(element.GetRawText())}; allowed are true and false.");
    }

    // JSON null counts as absent, as in transformers.
    private bool TryGet(string key, out JsonElement element)
    {
        try
        {
            return _root.TryGetProperty(key, out element) && element.ValueKind != JsonValueKind.Null;
        }
        catch (InvalidOperationException problem)
        {
            // A key beside it with an unpaired surrogate, which has no text to compare.
            throw new CheckpointException($"{Path}: has a key that is no text: {problem.Message}", problem);
        }
    }

    private static CheckpointException Problem(string file, string problem) => new($"{file}: {problem}");
}
