using System.Text.Json;

namespace MoeGen.Checkpoints;

/// <summary>Reads and checks one tensor's entry of the header: dtype, shape and data_offsets, which must agree.</summary>
internal static class SafetensorsTensorReader
{
    private const int MaxRank = 32;

    /// <summary>Reads the object at the reader; <paramref name="dataStart"/> is the file offset of the data that follows the header.</summary>
    public static SafetensorsTensor Read(ref Utf8JsonReader reader, string name, long dataStart, string path)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Problem(path, name, $"is a JSON {reader.TokenType}; it must be an object.");
        }

        string? dtypeName = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype" when dtypeName is null: dtypeName = ReadString(ref reader, path, name); break;
                case "shape" when shape is null: shape = ReadNumbers(ref reader, path, name, key, MaxRank); break;
                case "data_offsets" when offsets is null: offsets = ReadNumbers(ref reader, path, name, key, 2); break;
                case "dtype" or "shape" or "data_offsets": throw Problem(path, name, $"has {key} twice.");
                default: reader.Skip(); break;
            }
        }

        if (dtypeName is null || shape is null || offsets is null)
        {
            string missing = dtypeName is null ? "dtype" : shape is null ? "shape" : "data_offsets";
            throw Problem(path, name, $"lacks {missing}.");
        }

        return Check(path, name, dtypeName, shape, offsets, dataStart);
    }

    private static SafetensorsTensor Check(string path, string name, string dtypeName, List<long> shape, List<long> offsets, long dataStart)
    {
        // Enum.TryParse takes numbers and lists too; the format does not.
        if (!Enum.TryParse(dtypeName, out SafetensorsDtype dtype) || Enum.GetName(dtype) != dtypeName)
        {
            throw Problem(
                path, name, $"has dtype {CheckpointException.Quote(dtypeName)}; allowed are {string.Join(", ", Enum.GetNames<SafetensorsDtype>())}.");
        }

        if (offsets.Count != 2 || offsets[0] > offsets[1] || offsets[1] > long.MaxValue - dataStart)
        {
            throw Problem(path, name, $"has data_offsets [{string.Join(", ", offsets)}]; they must be a begin and an end with begin <= end.");
        }

        UInt128 bits = (UInt128)dtype.Bits();
        foreach (long size in shape)
        {
            // Neither factor exceeds 2^64 by much, so the product fits before it is compared.
            bits *= (UInt128)size;
            if (bits > ulong.MaxValue)
            {
                throw Problem(path, name, $"has shape [{string.Join(", ", shape)}], whose size overflows 64 bits.");
            }
        }

        long length = offsets[1] - offsets[0];
        if (bits != (UInt128)length * 8)
        {
            throw Problem(
                path, name, $"has shape [{string.Join(", ", shape)}] of {dtype}, {bits / 8} bytes, and data_offsets [{offsets[0]}, {offsets[1]}], {length} bytes; they must agree.");
        }

        return new SafetensorsTensor(name, dtype, shape.AsReadOnly(), dataStart + offsets[0], length);
    }

    private static string ReadString(ref Utf8JsonReader reader, string path, string name) => reader.TokenType == JsonTokenType.String
        ? reader.GetString()!
        : throw Problem(path, name, $"has a dtype that is a JSON {reader.TokenType}; it must be a string.");

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, string path, string name, string key, int max)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Problem(path, name, $"has a {key} that is a JSON {reader.TokenType}; it must be an array.");
        }

        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
            {
                throw Problem(path, name, $"has a {key} entry that is no integer from 0 to {long.MaxValue}.");
            }

            if (numbers.Count == max)
            {
                throw Problem(path, name, $"has more than {max} entries in {key}; allowed are at most {max}.");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>What is wrong with a tensor, as an exception.</summary>
    public static SafetensorsException Problem(string path, string name, string problem) =>
        new(path, $"tensor {CheckpointException.Quote(name)} {problem}");
}
