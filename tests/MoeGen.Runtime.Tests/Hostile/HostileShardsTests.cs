using System.Text;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

public sealed class HostileShardsTests : IDisposable
{
    private const string First = "model-1.safetensors";
    private const string Second = "model-2.safetensors";
    private const string Index = "model.safetensors.index.json";
    private const string FirstHeader = """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""";
    private const string SecondHeader = """{"c":{"dtype":"U16","shape":[2,1],"data_offsets":[0,4]}}""";
    private const string SeedIndex =
        """{"metadata":{"total_size":8},"weight_map":{"a":"model-1.safetensors","b":"model-1.safetensors","c":"model-2.safetensors"}}""";

    private readonly TempFolder _folder = new();

    private string Checkpoint => _folder.File("checkpoint");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sharded_checkpoints()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Links and pipes as on Unix.");
        }

        // What lies outside holds a tensor of a name of its own, so that a checkpoint that has it was led there.
        _folder.Safetensors("outside.safetensors", """{"outside":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4);
        Directory.CreateDirectory(Path.Combine(Checkpoint, "folder.safetensors"));
        Link("link-out.safetensors", "../outside.safetensors");
        Link("link-far.safetensors", _folder.File("outside.safetensors"));
        Link("link-link.safetensors", "link-out.safetensors");
        Link("up", "..");
        Link("link-up.safetensors", "up/outside.safetensors");
        Link("loop.safetensors", "loop.safetensors");
        Link("zero.safetensors", "/dev/zero");
        Link("link-in.safetensors", First);
        UnixPipe.Create(Path.Combine(Checkpoint, "pipe.safetensors"));
        Write(SeedIndex);
        HostileRead.Checkpoint(1 << 20, () => SafetensorsCheckpoint.Open(Checkpoint), Check);
        HostileRun.Run("shards", 800, 12_000, [HostileRead.Accepted, HostileRead.Refused], random =>
        {
            long bytes = Write(random.Next(3) == 0 ? WithHostileShard(random) : SeedIndex, random);
            return HostileRead.Checkpoint(bytes, () => SafetensorsCheckpoint.Open(Checkpoint), Check);
        });
    }

    private static void Check(SafetensorsCheckpoint checkpoint)
    {
        Assert.False(checkpoint.Contains("outside"), "A file outside the folder was read.");
        foreach (string name in checkpoint.TensorNames)
        {
            Assert.Equal(checkpoint.GetTensor(name).ByteLength, checkpoint.GetBytes(name).ToArray().Length);
        }
    }

    private string WithHostileShard(Random random)
    {
        string outside = _folder.File("outside.safetensors");
        string[] names =
        [
            "../outside.safetensors", "..\\\\outside.safetensors", outside, "//" + outside, "up/outside.safetensors", "./../outside.safetensors",
            $"{First}/../../outside.safetensors", "\\u002e\\u002e/outside.safetensors", "\\u002e\\u002e\\u002foutside.safetensors",
            "..%2foutside.safetensors", $"file://{outside}", "~/outside.safetensors", "C:outside.safetensors", "..\\u0000/outside.safetensors",
            "link-out.safetensors", "link-far.safetensors", "link-link.safetensors", "link-up.safetensors", "loop.safetensors", "zero.safetensors",
            "pipe.safetensors", "folder.safetensors", "up", "..", ".", "", "\uFF0E\uFF0E\u2215outside.safetensors", new string('x', 5000), Index,
            "link-in.safetensors",
        ];
        string name = names[random.Next(names.Length)];
        string tensor = name.StartsWith("link-in", StringComparison.Ordinal) ? "a" : "outside";
        return $$$"""{"weight_map":{"c":"{{{Second}}}","{{{tensor}}}":"{{{name}}}"}}""";
    }

    private long Write(string index, Random? random = null)
    {
        byte[] json = random is null ? Encoding.UTF8.GetBytes(index) : random.Next(4) == 0 ? Encoding.UTF8.GetBytes(index) : HostileJson.Mutate(index, random);
        byte[] first = TempFolder.Bytes(random?.Next(6) == 0 ? HostileJson.Mutate(FirstHeader, random) : Encoding.UTF8.GetBytes(FirstHeader), [0, 1, 2, 3]);
        byte[] second = random?.Next(8) == 0 ? HostileSafetensors.Create(random) : TempFolder.Bytes(Encoding.UTF8.GetBytes(SecondHeader), [0, 1, 2, 3]);
        _folder.Write($"checkpoint/{Index}", json);
        _folder.Write($"checkpoint/{First}", first);
        _folder.Write($"checkpoint/{Second}", second);
        return json.Length + first.Length + second.Length;
    }

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(Checkpoint, name), target);
}
