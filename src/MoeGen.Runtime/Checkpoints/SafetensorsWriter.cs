using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MoeGen.Checkpoints;

/// <summary>
/// Writes a safetensors file: tensors are added, then saved at once. What is added is referred to, not copied, until <see cref="Save(string)"/>.
/// </summary>
public sealed class SafetensorsWriter
{
    private const string MetadataName = "__metadata__";

    // A span of bytes cannot hold the 2^31 - 1 elements that memory may have.
    private const int ElementsAtOnce = 1 << 24;

    private readonly Dictionary<string, Entry> _tensors = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];

    /// <summary>The header's <c>__metadata__</c>; left out of the file where empty.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Adds a tensor.</summary>
    /// <typeparam name="T">
    /// <see cref="BFloat16"/>, <see cref="Half"/>, <see cref="float"/>, <see cref="double"/>, or an integer of 8 to 64 bits.
    /// </typeparam>
    /// <param name="name">Its name; not <c>__metadata__</c>, and each once.</param>
    /// <param name="shape">Dimensions, outermost first; empty for a scalar.</param>
    /// <param name="values">As many elements as the shape has, row-major.</param>
    /// <exception cref="ArgumentException">The name is taken or not allowed, or shape and number of elements disagree.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    public void Add<T>(string name, IReadOnlyList<long> shape, ReadOnlyMemory<T> values)
        where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(shape);
        SafetensorsDtype dtype = SafetensorsDtypes.Of<T>();
        UInt128 elements = shape.Aggregate(
            UInt128.One,
            (product, size) => size >= 0 && product <= long.MaxValue ? product * (UInt128)size : throw WrongShape());
        if (elements != (UInt128)values.Length)
        {
            throw WrongShape();
        }

        Add(name, new Entry(dtype, [.. shape], values.Length * (dtype.Bits() / 8L), stream => Write(stream, values.Span)));

        ArgumentException WrongShape() => new(
            $"shape of {CheckpointException.Quote(name)} is [{string.Join(", ", shape)}] with {values.Length} elements; sizes of 0 or more whose product is the number of elements are required.", nameof(shape));
    }

    /// <summary>Adds a tensor whose bytes are made while the file is written, so that they need not be there together.</summary>
    /// <param name="name">As above.</param>
    /// <param name="dtype">Element type.</param>
    /// <param name="shape">Dimensions, outermost first.</param>
    /// <param name="writeTo">Writes exactly the tensor's bytes.</param>
    internal void Add(string name, SafetensorsDtype dtype, IReadOnlyList<long> shape, Action<Stream> writeTo) =>
        Add(name, new Entry(dtype, [.. shape], checked(shape.Aggregate(1L, static (product, size) => product * size) * dtype.Bits() / 8), writeTo));

    /// <summary>Whether tensors stand in the file as they were added, not by the size of their elements.</summary>
    internal bool KeepsOrder { get; init; }

    /// <summary>
    /// Writes the file under a temporary name beside it, flushes it to the disk and renames it: a reader sees the old file or the new one,
    /// and after an error the old one is as it was.
    /// </summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Save(path, static stream => stream);
    }

    /// <summary>The same by way of a stream around that of the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="around">Makes the stream.</param>
    /// <param name="finished">Gets the temporary name of the file when it is whole, before it is renamed; <see langword="null"/> for nothing.</param>
    internal void Save(string path, Func<Stream, Stream> around, Action<string>? finished = null)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                Write(around(stream));
                stream.Flush(flushToDisk: true);
            }

            finished?.Invoke(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private void Add(string name, Entry entry)
    {
        if (name == MetadataName || !_tensors.TryAdd(name, entry))
        {
            throw new ArgumentException($"name is {CheckpointException.Quote(name)}, which is taken; each tensor needs a name of its own, other than {MetadataName}.", nameof(name));
        }

        _order.Add(name);
    }

    private static void Write<T>(Stream stream, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        for (; !values.IsEmpty; values = values[Math.Min(ElementsAtOnce, values.Length)..])
        {
            stream.Write(MemoryMarshal.AsBytes(values[..Math.Min(ElementsAtOnce, values.Length)]));
        }
    }

    private void Write(Stream stream)
    {
        // Wide elements first, so that every tensor begins at a multiple of its element's size, as readers that map the file like it.
        KeyValuePair<string, Entry>[] ordered =
        [
            .. KeepsOrder
                ? _order.Select(name => KeyValuePair.Create(name, _tensors[name]))
                : _tensors.OrderByDescending(static tensor => tensor.Value.Dtype.Bits()).ThenBy(static tensor => tensor.Key, StringComparer.Ordinal),
        ];
        byte[] header = Header(ordered);
        int padding = -header.Length & 7;
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length + padding);
        stream.Write(length);
        stream.Write(header);
        stream.Write("       "u8[..padding]);
        foreach ((_, Entry tensor) in ordered)
        {
            tensor.WriteTo(stream);
        }
    }

    private byte[] Header(KeyValuePair<string, Entry>[] ordered)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(MetadataName);
                foreach ((string key, string value) in Metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach ((string name, Entry tensor) in ordered)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", tensor.Dtype.ToString());
                WriteArray(json, "shape", tensor.Shape);
                WriteArray(json, "data_offsets", [offset, offset + tensor.ByteLength]);
                json.WriteEndObject();
                offset += tensor.ByteLength;
            }

            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, long[] values)
    {
        json.WriteStartArray(name);
        Array.ForEach(values, json.WriteNumberValue);
        json.WriteEndArray();
    }

    private sealed record Entry(SafetensorsDtype Dtype, long[] Shape, long ByteLength, Action<Stream> WriteTo);
}
