using System.Text;
using System.Text.Json;

namespace MoeGen.Tests;

/// <summary>JSON that may be wrong: members can occur twice, keys and scalars are any bytes.</summary>
internal sealed class JsonTree
{
    private readonly byte _open;

    private JsonTree(byte open, byte[] scalar)
    {
        _open = open;
        Scalar = scalar;
    }

    /// <summary>The bytes of a scalar, quotes included.</summary>
    public byte[] Scalar { get; set; }

    /// <summary>Members of an object, whose keys include the quotes, or items of an array, whose keys are empty.</summary>
    public List<(byte[] Key, JsonTree Value)> Children { get; } = [];

    public bool IsScalar => _open == 0;

    public bool IsObject => _open == '{';

    public static JsonTree Of(ReadOnlySpan<byte> scalar) => new(0, scalar.ToArray());

    public static JsonTree Of(string scalar) => new(0, Encoding.UTF8.GetBytes(scalar));

    /// <summary>Reads valid JSON.</summary>
    public static JsonTree Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return From(document.RootElement);
    }

    /// <summary>An array or object of this one alone.</summary>
    public JsonTree Wrap(bool inObject)
    {
        var outer = new JsonTree(inObject ? (byte)'{' : (byte)'[', []);
        outer.Children.Add((inObject ? "\"x\""u8.ToArray() : [], this));
        return outer;
    }

    public JsonTree Copy()
    {
        var copy = new JsonTree(_open, Scalar);
        copy.Children.AddRange(Children.Select(child => (child.Key, child.Value.Copy())));
        return copy;
    }

    /// <summary>This one and everything in it.</summary>
    public IEnumerable<JsonTree> All() => Children.SelectMany(child => child.Value.All()).Prepend(this);

    public byte[] Write()
    {
        var stream = new MemoryStream();
        Write(stream);
        return stream.ToArray();
    }

    private static JsonTree From(JsonElement element)
    {
        var tree = new JsonTree(
            element.ValueKind switch { JsonValueKind.Object => (byte)'{', JsonValueKind.Array => (byte)'[', _ => 0 },
            Encoding.UTF8.GetBytes(element.GetRawText()));
        if (element.ValueKind == JsonValueKind.Object)
        {
            tree.Children.AddRange(element.EnumerateObject().Select(member => (Encoding.UTF8.GetBytes($"\"{member.Name}\""), From(member.Value))));
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            tree.Children.AddRange(element.EnumerateArray().Select(item => (Array.Empty<byte>(), From(item))));
        }

        return tree;
    }

    private void Write(MemoryStream stream)
    {
        if (IsScalar)
        {
            stream.Write(Scalar);
            return;
        }

        stream.WriteByte(_open);
        for (int i = 0; i < Children.Count; i++)
        {
            if (i > 0)
            {
                stream.WriteByte((byte)',');
            }

            if (IsObject)
            {
                stream.Write(Children[i].Key);
                stream.WriteByte((byte)':');
            }

            Children[i].Value.Write(stream);
        }

        stream.WriteByte(IsObject ? (byte)'}' : (byte)']');
    }
}
