using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace MoeGen.Checkpoints;

/// <summary>Reads and checks the header: 8 bytes of length, then JSON, then the data that the tensors cover without gap or overlap.</summary>
internal static class SafetensorsHeader
{
    public const long MaxHeaderLength = 100_000_000;

    /// <summary>The length of the JSON text, checked against the file's.</summary>
    public static int ReadLength(ReadOnlySpan<byte> firstBytes, long fileLength, string path)
    {
        if (fileLength < 8)
        {
            throw new SafetensorsException(path, $"the file has {fileLength} bytes; a safetensors file has at least 8, the header's length.");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(firstBytes);
        if (length > MaxHeaderLength)
        {
            throw new SafetensorsException(path, $"the header's length is {length} bytes; allowed are at most {MaxHeaderLength}.");
        }

        if ((long)length > fileLength - 8)
        {
            throw new SafetensorsException(
                path, $"the header's length is {length} bytes, and only {fileLength - 8} follow; the file is truncated or not safetensors.");
        }

        return (int)length;
    }

    public static (Dictionary<string, SafetensorsTensor> Tensors, Dictionary<string, string> Metadata) Parse(
        ReadOnlySpan<byte> json, long fileLength, string path)
    {
        if (json.IsEmpty || json[0] != '{')
        {
            throw new SafetensorsException(path, "the header does not begin with '{'; it must be a JSON object.");
        }

        if (!Utf8.IsValid(json))
        {
            throw new SafetensorsException(path, "the header is not valid UTF-8.");
        }

        var tensors = new Dictionary<string, SafetensorsTensor>();
        var metadata = new Dictionary<string, string>();
        try
        {
            ReadObject(json, 8 + json.Length, path, tensors, metadata);
        }
        catch (Exception invalid) when (invalid is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with an unpaired surrogate, or a value of another kind than expected.
            Exception problem = CheckpointException.Shorten(invalid);
            throw new SafetensorsException(path, $"the header is not the JSON that safetensors asks for: {problem.Message}", problem);
        }

        CheckCover(tensors.Values, 8 + json.Length, fileLength, path);
        return (tensors, metadata);
    }

    private static void ReadObject(
        ReadOnlySpan<byte> json, long dataStart, string path, Dictionary<string, SafetensorsTensor> tensors, Dictionary<string, string> metadata)
    {
        var reader = new Utf8JsonReader(json);
        bool hasMetadata = false;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == "__metadata__")
            {
                if (hasMetadata)
                {
                    throw new SafetensorsException(path, "__metadata__ occurs twice.");
                }

                hasMetadata = true;
                ReadMetadata(ref reader, path, metadata);
                continue;
            }

            if (!tensors.TryAdd(name, SafetensorsTensorReader.Read(ref reader, name, dataStart, path)))
            {
                throw new SafetensorsException(path, $"tensor {CheckpointException.Quote(name)} occurs twice.");
            }
        }

        // Past the closing brace: white space only, or the reader throws.
        reader.Read();
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, string path, Dictionary<string, string> metadata)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new SafetensorsException(path, $"__metadata__ is a JSON {reader.TokenType}; it must be an object of strings.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new SafetensorsException(
                    path, $"__metadata__ entry {CheckpointException.Quote(key)} is a JSON {reader.TokenType}; it must be a string.");
            }

            if (!metadata.TryAdd(key, reader.GetString()!))
            {
                throw new SafetensorsException(path, $"__metadata__ entry {CheckpointException.Quote(key)} occurs twice.");
            }
        }
    }

    private static void CheckCover(IEnumerable<SafetensorsTensor> tensors, long dataStart, long fileLength, string path)
    {
        long end = dataStart;
        foreach (SafetensorsTensor tensor in tensors.OrderBy(static t => t.Offset).ThenBy(static t => t.ByteLength))
        {
            if (tensor.Offset != end)
            {
                string what = tensor.Offset < end ? "overlaps the tensor before it" : "leaves a hole before it";
                throw SafetensorsTensorReader.Problem(
                    path, tensor.Name, $"begins at data offset {tensor.Offset - dataStart} and {what}; it must begin at {end - dataStart}.");
            }

            end = tensor.Offset + tensor.ByteLength;
            if (end > fileLength)
            {
                throw SafetensorsTensorReader.Problem(
                    path, tensor.Name, $"ends at byte {end} of a file of {fileLength} bytes; the file is truncated or the offsets are wrong.");
            }
        }

        if (end != fileLength)
        {
            throw new SafetensorsException(path, $"{fileLength - end} bytes follow the last tensor; the tensors must cover the data.");
        }
    }
}
