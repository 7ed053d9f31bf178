using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

public sealed class SafetensorsCheckpointTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shards_are_read_through_the_index()
    {
        _folder.Safetensors("model-1.safetensors", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", 4);
        _folder.Safetensors("model-2.safetensors", """{"c":{"dtype":"U16","shape":[2,1],"data_offsets":[0,4]}}""", 4);
        Index("""{"metadata":{"total_size":8},"weight_map":{"a":"model-1.safetensors","b":"model-1.safetensors","c":"model-2.safetensors"}}""");
        SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(_folder.Path);
        Assert.Equal(["a", "b", "c"], checkpoint.TensorNames.Order());
        Assert.True(checkpoint.Contains("c"));
        Assert.False(checkpoint.Contains("d"));
        Assert.Equal([2, 3], checkpoint.GetBytes("b").ToArray());
        Assert.Equal([0x0100, 0x0302], checkpoint.Get<ushort>("c").ToArray().Select(value => (int)value));
        Assert.Equal([(ushort)0x0302], checkpoint.GetRows<ushort>("c", 1, 1).ToArray());
        Assert.Equal(SafetensorsDtype.U16, checkpoint.GetTensor("c").Dtype);
        AssertSays("tensor 'd' does not exist; the checkpoint has 3 tensors", () => checkpoint.Get<byte>("d"));
        checkpoint.Dispose();
        Assert.Throws<ObjectDisposedException>(() => checkpoint.Get<byte>("a"));
    }

    [Theory]
    [InlineData("../x.safetensors")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/x.safetensors")]
    [InlineData("sub\\\\x.safetensors")]
    [InlineData("C:x.safetensors")]
    [InlineData("x\\u0000.safetensors")]
    public void Shards_outside_the_folder_are_refused(string shard)
    {
        // They exist, so that only the name can be the reason.
        _folder.Safetensors("x.safetensors", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2);
        Directory.CreateDirectory(_folder.File("sub"));
        _folder.Safetensors("sub/x.safetensors", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2);
        Index($$$"""{"weight_map":{"a":"{{{shard}}}"}}""");
        AssertSays("it must be the plain name of a file in the same folder", () => SafetensorsCheckpoint.Open(_folder.Path));
    }

    [Theory]
    [InlineData("shard 'y.safetensors' does not exist", """{"weight_map":{"a":"y.safetensors"}}""")]
    [InlineData("tensor 'b' is said to lie in 'x.safetensors', which does not have it", """{"weight_map":{"a":"x.safetensors","b":"x.safetensors"}}""")]
    [InlineData("tensor 'a' occurs twice", """{"weight_map":{"a":"x.safetensors","a":"x.safetensors"}}""")]
    [InlineData("the shard of tensor 'a' is a JSON Number", """{"weight_map":{"a":1}}""")]
    [InlineData("weight_map is a JSON StartArray", """{"weight_map":[]}""")]
    [InlineData("weight_map occurs twice", """{"weight_map":{},"weight_map":{}}""")]
    [InlineData("lacks weight_map", """{"metadata":{"weight_map":{}}}""")]
    [InlineData("lacks weight_map", """[]""")]
    [InlineData("not valid JSON", """{"weight_map":{"a":"x.safetensors"}""")]
    [InlineData("not valid JSON", """{"weight_map":{"a":"x.safetensors"}} x""")]
    [InlineData("not valid JSON", "")]
    public void Hostile_indices_are_refused(string part, string index)
    {
        _folder.Safetensors("x.safetensors", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2);
        Index(index);
        AssertSays(part, () => SafetensorsCheckpoint.Open(_folder.Path));
    }

    [Fact]
    public void A_damaged_shard_is_refused_and_an_empty_folder_says_what_it_lacks()
    {
        Assert.Contains("model.safetensors.index.json", Assert.Throws<FileNotFoundException>(() => SafetensorsCheckpoint.Open(_folder.Path)).Message, StringComparison.Ordinal);
        _folder.Write("x.safetensors", "no");
        Index("""{"weight_map":{"a":"x.safetensors"}}""");
        AssertSays("the file has 2 bytes", () => SafetensorsCheckpoint.Open(_folder.Path));
    }

    private static void AssertSays(string part, Action action) =>
        Assert.Contains(part, Assert.Throws<SafetensorsException>(action).Message, StringComparison.Ordinal);

    private void Index(string json) => _folder.Write("model.safetensors.index.json", json);
}
