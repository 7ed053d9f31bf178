using System.Runtime.InteropServices;
using System.Text;
using MoeGen.Checkpoints;

namespace MoeGen.Tests;

/// <summary>Writes a checkpoint tensor by tensor.</summary>
internal sealed class TinyCheckpoint
{
    private readonly Dictionary<string, (SafetensorsDtype Dtype, int[] Shape, byte[] Data)> _tensors = [];

    public required string Config { get; set; }

    /// <summary>What each layer's tensors begin with.</summary>
    public string Prefix { get; set; } = "model.layers.1.";

    public void Add(string name, SafetensorsDtype dtype, int[] shape, byte[] data) => _tensors[Prefix + name] = (dtype, shape, data);

    /// <summary>Numbers that are exact in the element type.</summary>
    public void Add(string name, SafetensorsDtype dtype, int[] shape, float[] values) => Add(name, dtype, shape, dtype switch
    {
        SafetensorsDtype.BF16 => MemoryMarshal.AsBytes<BFloat16>(GoldenFolder.ToBFloat16(values)).ToArray(),
        SafetensorsDtype.F16 => MemoryMarshal.AsBytes<Half>([.. values.Select(value => (Half)value)]).ToArray(),
        _ => MemoryMarshal.AsBytes<float>(values).ToArray(),
    });

    public void Remove(string name) => _tensors.Remove(Prefix + name);

    public void Rename(string from, string to)
    {
        _tensors.Remove(Prefix + from, out var tensor);
        _tensors[Prefix + to] = tensor;
    }

    /// <summary>Puts all tensors under another prefix.</summary>
    public void MoveTo(string prefix)
    {
        foreach (string name in _tensors.Keys.ToArray())
        {
            _tensors.Remove(name, out var tensor);
            _tensors[prefix + name[Prefix.Length..]] = tensor;
        }

        Prefix = prefix;
    }

    /// <summary>Writes config.json and the tensors: one file, or a shard for every few tensors and the index.</summary>
    public void Write(TempFolder folder, int tensorsPerShard = 0)
    {
        folder.Write("config.json", Config);
        if (tensorsPerShard == 0)
        {
            folder.Write("model.safetensors", Bytes(_tensors.Keys));
            return;
        }

        var map = new List<string>();
        foreach ((int number, string[] names) in _tensors.Keys.Chunk(tensorsPerShard).Index())
        {
            folder.Write($"model-{number}.safetensors", Bytes(names));
            map.AddRange(names.Select(name => $"\"{name}\":\"model-{number}.safetensors\""));
        }

        folder.Write("model.safetensors.index.json", "{\"weight_map\":{" + string.Join(',', map) + "}}");
    }

    private byte[] Bytes(IEnumerable<string> names)
    {
        var header = new List<string>();
        var data = new List<byte>();
        foreach (string name in names)
        {
            var (dtype, shape, bytes) = _tensors[name];
            header.Add($$"""
                "{{name}}":{"dtype":"{{dtype}}","shape":[{{string.Join(',', shape)}}],"data_offsets":[{{data.Count}},{{data.Count + bytes.Length}}]}
                """);
            data.AddRange(bytes);
        }

        return TempFolder.Bytes(Encoding.UTF8.GetBytes($"{{{string.Join(',', header)}}}"), [.. data]);
    }
}
