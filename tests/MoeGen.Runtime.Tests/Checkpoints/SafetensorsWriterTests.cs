using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_again()
    {
        var writer = new SafetensorsWriter { Metadata = { ["format"] = "pt", ["note"] = "\"quoted\" é" } };
        writer.Add<byte>("bytes", [3], new byte[] { 1, 2, 3 });
        writer.Add<BFloat16>("a/b", [2, 2], new[] { (BFloat16)1f, (BFloat16)2f, (BFloat16)(-3f), (BFloat16)4f });
        writer.Add<double>("scalar", [], new[] { Math.PI });
        writer.Add<Half>("none", [0, 8], Array.Empty<Half>());
        writer.Add<long>("ids", [1, 2], new[] { long.MinValue, long.MaxValue });
        string path = _folder.File("out.safetensors");
        writer.Save(path);

        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal("\"quoted\" é", file.Metadata["note"]);
        Assert.Equal(5, file.Tensors.Count);
        Assert.Equal([1, 2, 3], file.Get<byte>("bytes").ToArray());
        Assert.Equal([1f, 2f, -3f, 4f], file.Get<BFloat16>("a/b").ToArray().Select(value => (float)value));
        Assert.Equal([2L, 2L], file.Tensors["a/b"].Shape);
        Assert.Equal([Math.PI], file.Get<double>("scalar").ToArray());
        Assert.Empty(file.Tensors["scalar"].Shape);
        Assert.Equal([0L, 8L], file.Tensors["none"].Shape);
        Assert.Equal([long.MinValue, long.MaxValue], file.Get<long>("ids").ToArray());
        Assert.All(file.Tensors.Values, tensor => Assert.Equal(0, tensor.Offset % (tensor.Dtype.Bits() / 8)));
    }

    [Fact]
    public void An_error_leaves_the_old_file_and_nothing_else()
    {
        string path = _folder.File("out.safetensors");
        File.WriteAllText(path, "old");
        using var gone = new GoneMemory();
        var writer = new SafetensorsWriter();
        writer.Add<double>("first", [1], new[] { 1.0 });
        writer.Add<float>("gone", [4], gone.Memory);
        ((IDisposable)gone).Dispose();

        Assert.Throws<ObjectDisposedException>(() => writer.Save(path));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        Assert.Throws<DirectoryNotFoundException>(() => writer.Save(_folder.File("missing/out.safetensors")));
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        var writer = new SafetensorsWriter();
        Assert.Contains("[2, 3] with 5 elements", Assert.Throws<ArgumentException>("shape", () => writer.Add<float>("x", [2, 3], new float[5])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("shape", () => writer.Add<float>("x", [-1, -1], new float[1]));
        Assert.Throws<ArgumentException>("shape", () => writer.Add<float>("x", [long.MaxValue, long.MaxValue, 0, 2], new float[1]));
        writer.Add<float>("x", [1], new float[1]);
        Assert.Throws<ArgumentException>("name", () => writer.Add<float>("x", [1], new float[1]));
        Assert.Throws<ArgumentException>("name", () => writer.Add<float>("__metadata__", [1], new float[1]));
        Assert.Throws<NotSupportedException>(() => writer.Add<char>("c", [1], new char[1]));
    }

    /// <summary>Memory that can be taken away, as that of a file's mapping.</summary>
    private sealed class GoneMemory : System.Buffers.MemoryManager<float>
    {
        private float[]? _values = new float[4];

        public override Span<float> GetSpan() => _values ?? throw new ObjectDisposedException(nameof(GoneMemory));

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing) => _values = null;
    }
}
