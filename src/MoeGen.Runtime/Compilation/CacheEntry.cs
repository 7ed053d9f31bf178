using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MoeGen;

/// <summary>
/// The bytes of a cache entry, little-endian: magic (8 bytes), format version (int32), payload length (int64), SHA-256 of the
/// payload (32 bytes), payload: name, architecture, NVRTC version and log as length-prefixed UTF-8, image length (int32), image.
/// </summary>
internal static class CacheEntry
{
    private const int FormatVersion = 1;
    private const int LengthOffset = 12;
    private const int HashOffset = 20;
    private const int HeaderBytes = HashOffset + SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "MOEGEN\r\n"u8;

    internal static byte[] Encode(CompiledKernel kernel)
    {
        using var stream = new MemoryStream();
        stream.Write(new byte[HeaderBytes]);
        using (var writer = new BinaryWriter(stream))
        {
            writer.Write(kernel.Name);
            writer.Write(kernel.Architecture);
            writer.Write(kernel.NvrtcVersion.ToString());
            writer.Write(kernel.Log);
            writer.Write(kernel.Bytes.Length);
            writer.Write(kernel.Bytes);
        }

        byte[] entry = stream.ToArray();
        Span<byte> payload = entry.AsSpan(HeaderBytes);
        Magic.CopyTo(entry);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(Magic.Length), FormatVersion);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(LengthOffset), payload.Length);
        SHA256.HashData(payload, entry.AsSpan(HashOffset));
        return entry;
    }

    /// <summary>Returns null, and in <paramref name="damage"/> why, unless every byte is as it was written.</summary>
    internal static CompiledKernel? Decode(byte[] entry, out string damage)
    {
        damage = FindDamage(entry);
        if (damage.Length > 0)
        {
            return null;
        }

        // The checksum holds, so these are the bytes that Encode wrote.
        using var reader = new BinaryReader(new MemoryStream(entry, HeaderBytes, entry.Length - HeaderBytes));
        string name = reader.ReadString();
        string architecture = reader.ReadString();
        Version version = Version.Parse(reader.ReadString());
        string log = reader.ReadString();
        byte[] image = reader.ReadBytes(reader.ReadInt32());
        return new CompiledKernel(name, architecture, image, log, version, TimeSpan.Zero);
    }

    private static string FindDamage(byte[] entry)
    {
        if (entry.Length < HeaderBytes)
        {
            return $"the entry has {entry.Length} bytes, less than its header of {HeaderBytes}";
        }

        if (!entry.AsSpan(0, Magic.Length).SequenceEqual(Magic)
            || BinaryPrimitives.ReadInt32LittleEndian(entry.AsSpan(Magic.Length)) != FormatVersion)
        {
            return "the entry does not begin with the cache's mark and format version";
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(LengthOffset));
        ReadOnlySpan<byte> payload = entry.AsSpan(HeaderBytes);
        if (length != payload.Length)
        {
            return $"the entry says {length} bytes of payload and has {payload.Length}";
        }

        return SHA256.HashData(payload).AsSpan().SequenceEqual(entry.AsSpan(HashOffset, SHA256.HashSizeInBytes))
            ? ""
            : "the entry's checksum does not fit its payload";
    }
}
