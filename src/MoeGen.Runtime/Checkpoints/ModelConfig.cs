using System.Text.Json;
using System.Text.Unicode;

namespace MoeGen.Checkpoints;

/// <summary>A checkpoint's config.json with checked access.</summary>
internal sealed class ModelConfig
{
    private const string Name = "config.json";
    private const long MaxLength = 16 << 20;

    private readonly JsonElement _root;

    private readonly string _section;

    private ModelConfig(string path, JsonElement root, string section = "")
    {
        Path = path;
        _root = root;
        _section = section;
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

    /// <summary>Whether a key is present and not null.</summary>
    public bool Has(string key) => TryGet(key, out _);

    /// <summary>An object under a key; null where it is absent.</summary>
    public ModelConfig? GetSection(string key)
    {
        if (!TryGet(key, out JsonElement element))
        {
            return null;
        }

        return element.ValueKind == JsonValueKind.Object
            ? new ModelConfig(Path, element, $"{_section}{key}.")
            : throw Problem(key, element, "an object is required");
    }

    /// <summary>The objects under all keys.</summary>
    public IEnumerable<ModelConfig> GetSections() => _root.EnumerateObject().Select(property => GetSection(property.Name)).OfType<ModelConfig>();

    /// <summary>An integer.</summary>
    public int GetInteger(string key) => TryGet(key, out JsonElement element)
        ? ToInteger(key, element, int.MinValue)
        : throw new CheckpointException($"{Path}: {_section}{key} is missing; an integer is required.");

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

            int value = ToInteger(key, element, 1);
            if (found is { } first && first.Value != value)
            {
                throw new CheckpointException($"{Path}: {_section}{first.Key} is {first.Value} and {_section}{key} is {value}; they must agree.");
            }

            found ??= (key, value);
        }

        return found?.Value
            ?? throw new CheckpointException($"{Path}: {_section}{string.Join(" or ", keys.ToArray())} is missing; a positive integer is required.");
    }

    /// <summary>An integer of 0 or more; <paramref name="missing"/> where the key is absent.</summary>
    public int GetNonNegative(string key, int missing) => TryGet(key, out JsonElement element) ? ToInteger(key, element, 0) : missing;

    /// <summary>A list of integers of 0 or more; null where the key is absent.</summary>
    public IReadOnlyList<int>? GetNonNegatives(string key)
    {
        if (!TryGet(key, out JsonElement element))
        {
            return null;
        }

        return element.ValueKind == JsonValueKind.Array
            ? [.. element.EnumerateArray().Select(item => ToInteger(key, item, 0))]
            : throw Problem(key, element, "a list of integers is required");
    }

    /// <summary>A finite number; <paramref name="missing"/> where the key is absent.</summary>
    public float GetNumber(string key, float missing)
    {
        if (!TryGet(key, out JsonElement element))
        {
            return missing;
        }

        return element.ValueKind == JsonValueKind.Number && element.TryGetSingle(out float value) && float.IsFinite(value)
            ? value
            : throw Problem(key, element, "a finite number is required");
    }

    /// <summary>A string.</summary>
    public string GetString(string key) => TryGet(key, out JsonElement element)
        ? ToText(key, element)
        : throw new CheckpointException($"{Path}: {_section}{key} is missing; a string is required.");

    /// <summary>A string; <paramref name="missing"/> where the key is absent.</summary>
    public string GetString(string key, string missing) => TryGet(key, out JsonElement element) ? ToText(key, element) : missing;

    /// <summary>A boolean; <paramref name="missing"/> where the key is absent.</summary>
    public bool GetBoolean(string key, bool missing)
    {
        if (!TryGet(key, out JsonElement element))
        {
            return missing;
        }

        return element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : throw Problem(key, element, "allowed are true and false");
    }

    /// <summary>What is wrong with a value, as an exception.</summary>
    public CheckpointException Problem(string key, string found, string allowed) => new($"{Path}: {_section}{key} is {found}; {allowed}.");

    private int ToInteger(string key, JsonElement element, int smallest) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value) && value >= smallest
            ? value
            : throw Problem(key, element, $"allowed are integers from {smallest} to {int.MaxValue}");

    private string ToText(string key, JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString()! : throw new InvalidOperationException("it is not a string");
        }
        catch (InvalidOperationException problem)
        {
            throw new CheckpointException($"{Path}: {_section}{key} is {CheckpointException.Quote(element.GetRawText())}; a string is required.", problem);
        }
    }

    private CheckpointException Problem(string key, JsonElement element, string allowed) =>
        Problem(key, CheckpointException.Quote(element.GetRawText()), allowed);

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
