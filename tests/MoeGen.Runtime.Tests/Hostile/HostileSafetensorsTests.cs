using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

public sealed class HostileSafetensorsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Single_files()
    {
        // Before anything is measured: what is made once only.
        foreach (string seed in HostileSafetensors.Seeds)
        {
            string path = _folder.Safetensors("seed", seed, HostileSafetensors.SeedDataLength);
            HostileRead.Checkpoint(1 << 20, () => SafetensorsFile.Open(path), ReadAll);
        }

        HostileRun.Run("safetensors", 1500, 20_000, [HostileRead.Accepted, HostileRead.Refused], random =>
        {
            byte[] file = HostileSafetensors.Create(random);
            string path = _folder.Write("hostile.safetensors", file);
            return HostileRead.Checkpoint(file.Length, () => SafetensorsFile.Open(path), ReadAll);
        });
    }

    [Fact]
    public void A_header_of_many_tensors_costs_what_it_is_long()
    {
        string header = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $$"""
            "{{i}}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}
            """));
        string path = _folder.Safetensors("many", $"{{{header}}}", 0);
        Assert.Equal(HostileRead.Accepted, HostileRead.Checkpoint(new FileInfo(path).Length, () => SafetensorsFile.Open(path), ReadAll));
    }

    [Fact]
    public void A_file_of_holes_is_not_read()
    {
        string path = _folder.Write("holes", [2, 0, 0, 0, 0, 0, 0, 0, .. "{}"u8]);
        using (FileStream stream = File.OpenWrite(path))
        {
            stream.SetLength(1L << 42);
        }

        Assert.Equal(HostileRead.Refused, HostileRead.Checkpoint(0, () => SafetensorsFile.Open(path), ReadAll));
    }

    [Theory]
    [InlineData("F4", "[4,3]", 6)]
    [InlineData("F4", "[4,1]", 2)]
    [InlineData("F6_E3M2", "[2,2]", 3)]
    public void Rows_that_end_within_a_byte_are_refused(string dtype, string shape, int bytes)
    {
        string path = _folder.Safetensors("x", $$$"""{"a":{"dtype":"{{{dtype}}}","shape":{{{shape}}},"data_offsets":[0,{{{bytes}}}]}}""", bytes);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(bytes, file.Get<byte>("a").Length);
        Assert.Contains(
            "rows that end within a byte", Assert.Throws<SafetensorsException>(() => file.GetRows<byte>("a", 1, 1)).Message, StringComparison.Ordinal);
    }

    /// <summary>Reads every tensor in every way, and checks what an accepted file promises.</summary>
    private static void ReadAll(SafetensorsFile file)
    {
        long length = new FileInfo(file.Path).Length;
        long covered = 0;
        foreach (SafetensorsTensor tensor in file.Tensors.Values)
        {
            covered += tensor.ByteLength;
            Assert.InRange(tensor.Offset, 8, length - tensor.ByteLength);
            ReadOnlySpan<byte> bytes = file.GetBytes(tensor.Name).Span;
            Assert.Equal(tensor.ByteLength, bytes.Length);
            byte sum = 0;
            foreach (byte value in bytes)
            {
                sum += value;
            }

            HostileTensor.Read(file, tensor, sum);
        }

        Assert.InRange(covered, 0, length - 8);
    }
}
