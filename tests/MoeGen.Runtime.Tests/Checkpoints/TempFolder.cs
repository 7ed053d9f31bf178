using System.Buffers.Binary;
using System.Text;

namespace MoeGen.Tests;

/// <summary>A folder of its own that goes when the test ends, and writers of safetensors bytes, right and wrong.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("moegen-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    /// <summary>A file with this header text and this many bytes of data: 0, 1, 2, ...</summary>
    public string Safetensors(string name, string header, int dataLength) =>
        Write(name, Bytes(Encoding.UTF8.GetBytes(header), [.. Enumerable.Range(0, dataLength).Select(i => (byte)i)]));

    public static byte[] Bytes(byte[] header, byte[] data, ulong? length = null)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, length ?? (ulong)header.Length);
        return [.. prefix, .. header, .. data];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
