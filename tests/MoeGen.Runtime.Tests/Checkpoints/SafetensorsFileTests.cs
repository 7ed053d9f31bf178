using System.Text;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_tensors_where_they_lie()
    {
        string path = _folder.Safetensors(
            "x.safetensors",
            """{"b":{"dtype":"I16","shape":[3,2],"data_offsets":[4,16]},"__metadata__":{"format":"pt"},"a":{"data_offsets":[0,4],"shape":[],"dtype":"F32","extra":[1,{}]},"none":{"dtype":"BF16","shape":[0,7],"data_offsets":[16,16]}}   """,
            16);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(path, file.Path);
        Assert.Equal(3, file.Tensors.Count);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(SafetensorsDtype.I16, file.Tensors["b"].Dtype);
        Assert.Equal([3L, 2L], file.Tensors["b"].Shape);
        Assert.Equal(12, file.Tensors["b"].ByteLength);
        Assert.Equal([0x0504, 0x0706, 0x0908, 0x0B0A, 0x0D0C, 0x0F0E], file.Get<short>("b").ToArray());
        Assert.Equal([0x0908, 0x0B0A, 0x0D0C, 0x0F0E], file.GetRows<short>("b", 1, 2).ToArray());
        Assert.Equal([0x03020100], file.Get<float>("a").ToArray().Select(BitConverter.SingleToInt32Bits));
        Assert.Equal([6, 7, 8], file.GetBytes("b", 2, 3).ToArray());
        Assert.Equal([14, 15], file.GetBytes("b", 10).ToArray());
        Assert.Equal(0, file.Get<BFloat16>("none").Length);
        Assert.Equal(0, file.GetRows<BFloat16>("none", 0, 0).Length);
        using var pin = file.Get<short>("b").Pin();
        unsafe
        {
            Assert.Equal(0x0504, *(short*)pin.Pointer);
        }
    }

    [Fact]
    public void A_file_without_tensors_is_one()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_folder.Safetensors("x", "{}", 0));
        Assert.Empty(file.Tensors);
    }

    [Fact]
    public void Wrong_requests_are_named()
    {
        using SafetensorsFile file = SafetensorsFile.Open(
            _folder.Safetensors("x", """{"b":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},"s":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}""", 9));
        AssertSays("tensor 'c' does not exist", () => file.Get<Half>("c"));
        AssertSays("'b' F16 [2, 2] cannot be read as MoeGen.BFloat16", () => file.Get<BFloat16>("b"));
        AssertSays("'s' U8 [] is a scalar", () => file.GetRows<byte>("s", 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.GetRows<Half>("b", 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.GetRows<Half>("b", -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.GetBytes("b", 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.GetBytes("b", 1, 8));
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(_folder.File("absent")));
    }

    [Fact]
    public void Nothing_is_read_after_dispose()
    {
        SafetensorsFile file = SafetensorsFile.Open(_folder.Safetensors("x", """{"b":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}""", 8));
        ReadOnlyMemory<Half> memory = file.Get<Half>("b");
        Assert.Equal(4, memory.Span.Length);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
        Assert.Throws<ObjectDisposedException>(() => file.Get<Half>("b"));
    }

    [Fact]
    public void Tensors_beyond_2_to_the_31_elements_are_read_by_parts()
    {
        // A sparse file of 2^31 + 8 bytes: nothing of it is stored but its ends.
        const long Length = (1L << 31) + 8;
        string path = _folder.Safetensors("big", $$$"""{"b":{"dtype":"U8","shape":[{{{Length / 8}}},8],"data_offsets":[0,{{{Length}}}]}}""", 0);
        using (var stream = new FileStream(path, FileMode.Open))
        {
            stream.SetLength(stream.Length + Length);
            stream.Seek(-1, SeekOrigin.End);
            stream.WriteByte(77);
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        AssertSays("take it by parts", () => file.Get<byte>("b"));
        AssertSays("take it by parts", () => file.GetBytes("b"));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 77], file.GetRows<byte>("b", (Length / 8) - 1, 1).ToArray());
        Assert.Equal([0, 77], file.GetBytes("b", Length - 2).ToArray());
    }

    [Theory]
    [InlineData("is a JSON Number", """{"a":1}""")]
    [InlineData("lacks dtype", """{"a":{"shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("lacks shape", """{"a":{"dtype":"U8","data_offsets":[0,8]}}""")]
    [InlineData("lacks data_offsets", """{"a":{"dtype":"U8","shape":[8]}}""")]
    [InlineData("has dtype 'X9'; allowed are", """{"a":{"dtype":"X9","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("has dtype '4'; allowed are", """{"a":{"dtype":"4","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("has dtype 'u8'; allowed are", """{"a":{"dtype":"u8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("dtype that is a JSON Number", """{"a":{"dtype":4,"shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("has dtype twice", """{"a":{"dtype":"U8","dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("shape that is a JSON String", """{"a":{"dtype":"U8","shape":"8","data_offsets":[0,8]}}""")]
    [InlineData("shape entry that is no integer", """{"a":{"dtype":"U8","shape":[-8],"data_offsets":[0,8]}}""")]
    [InlineData("shape entry that is no integer", """{"a":{"dtype":"U8","shape":[8.5],"data_offsets":[0,8]}}""")]
    [InlineData("shape entry that is no integer", """{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,8]}}""")]
    [InlineData("shape entry that is no integer", """{"a":{"dtype":"U8","shape":[[8]],"data_offsets":[0,8]}}""")]
    [InlineData("more than 32 entries in shape", """{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,8],"data_offsets":[0,8]}}""")]
    [InlineData("size overflows 64 bits", """{"a":{"dtype":"F64","shape":[2305843009213693952,8],"data_offsets":[0,8]}}""")]
    [InlineData("size overflows 64 bits", """{"a":{"dtype":"U8","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}""")]
    [InlineData("they must agree", """{"a":{"dtype":"U8","shape":[7],"data_offsets":[0,8]}}""")]
    [InlineData("they must agree", """{"a":{"dtype":"F32","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("they must agree", """{"a":{"dtype":"F4","shape":[15],"data_offsets":[0,8]}}""")]
    [InlineData("begin <= end", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[8,0]}}""")]
    [InlineData("begin <= end", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[8]}}""")]
    [InlineData("begin <= end", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[9223372036854775799,9223372036854775807]}}""")]
    [InlineData("more than 2 entries in data_offsets", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,4,8]}}""")]
    [InlineData("data_offsets entry that is no integer", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[-1,7]}}""")]
    [InlineData("ends at byte", """{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}""")]
    [InlineData("1 bytes follow the last tensor", """{"a":{"dtype":"U8","shape":[7],"data_offsets":[0,7]}}""")]
    [InlineData("8 bytes follow the last tensor", """{}""")]
    [InlineData("leaves a hole before it; it must begin at 0", """{"a":{"dtype":"U8","shape":[7],"data_offsets":[1,8]}}""")]
    [InlineData("leaves a hole before it; it must begin at 3", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""")]
    [InlineData("overlaps the tensor before it; it must begin at 5", """{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""")]
    [InlineData("overlaps the tensor before it", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("tensor 'a' occurs twice", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\u0061":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""")]
    [InlineData("__metadata__ is a JSON StartArray", """{"__metadata__":[],"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("__metadata__ entry 'k' is a JSON Number", """{"__metadata__":{"k":1},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("__metadata__ entry 'k' occurs twice", """{"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("__metadata__ occurs twice", """{"__metadata__":{},"__metadata__":{},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("not the JSON", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}""")]
    [InlineData("not the JSON", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}x""")]
    [InlineData("not the JSON", """{"\ud800":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("not the JSON", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"deep":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}""")]
    [InlineData("does not begin with '{'", """ {}""")]
    [InlineData("does not begin with '{'", """[]""")]
    [InlineData("does not begin with '{'", "")]
    public void Hostile_headers_are_refused(string part, string header)
    {
        string path = _folder.Safetensors("x", header, 8);
        SafetensorsException problem = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.Contains(part, problem.Message, StringComparison.Ordinal);
        Assert.StartsWith(path + ": ", problem.Message, StringComparison.Ordinal);
        Assert.Equal(path, problem.Path);
    }

    [Fact]
    public void Damaged_files_are_refused()
    {
        byte[] good = TempFolder.Bytes(Encoding.UTF8.GetBytes("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}"""), new byte[8]);
        _folder.Write("good", good);
        SafetensorsFile.Open(_folder.File("good")).Dispose();

        // Cut anywhere, no file is one.
        for (int length = 0; length < good.Length; length++)
        {
            string path = _folder.Write("cut", good[..length]);
            Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        }

        AssertRefused("the file has 0 bytes", []);
        AssertRefused("header's length is 100000001 bytes; allowed are at most 100000000", TempFolder.Bytes([], [], 100_000_001));
        AssertRefused("header's length is 18446744073709551615 bytes", TempFolder.Bytes([], [], ulong.MaxValue));
        AssertRefused("header's length is 100000000 bytes, and only 8 follow", TempFolder.Bytes([], new byte[8], 100_000_000));
        AssertRefused("not valid UTF-8", TempFolder.Bytes([.. "{\""u8, 0xC3, 0x28, .. "\":{}}"u8], []));
    }

    [Fact]
    public void A_long_name_does_not_fill_the_message()
    {
        string path = _folder.Safetensors("x", $$"""{"{{new string('n', 100_000)}}":1}""", 0);
        Assert.InRange(Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path)).Message.Length, 1, 1000);
    }

    private static void AssertSays(string part, Action action) =>
        Assert.Contains(part, Assert.Throws<SafetensorsException>(action).Message, StringComparison.Ordinal);

    private void AssertRefused(string part, byte[] content)
    {
        string path = _folder.Write("bad", content);
        AssertSays(part, () => SafetensorsFile.Open(path));
    }
}
