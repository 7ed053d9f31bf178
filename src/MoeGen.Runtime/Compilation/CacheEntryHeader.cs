using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MoeGen;

/// <summary>The first bytes of a cache entry: magic (8 bytes), format version (int32), payload length (int64), SHA-256 of the payload (32 bytes).</summary>
internal static class CacheEntryHeader
{
    internal const int Bytes = HashOffset + SHA256.HashSizeInBytes;

    /// <summary>No entry is longer; images are a few hundred kilobytes.</summary>
    internal const int MaxEntryBytes = 64 << 20;

    private const int FormatVersion = 2;
    private const int LengthOffset = 12;
    private const int HashOffset = 20;

    private static ReadOnlySpan<byte> Magic => "MOEGEN\r\n"u8;

    /// <summary>Writes the header of the payload that follows it.</summary>
    internal static void Write(Span<byte> entry)
    {
        Span<byte> payload = entry[Bytes..];
        Magic.CopyTo(entry);
        BinaryPrimitives.WriteInt32LittleEndian(entry[Magic.Length..], FormatVersion);
        BinaryPrimitives.WriteInt64LittleEndian(entry[LengthOffset..], payload.Length);
        SHA256.HashData(payload, entry[HashOffset..]);
    }

    /// <summary>What the header says the payload's SHA-256 is.</summary>
    internal static ReadOnlySpan<byte> HashOf(ReadOnlySpan<byte> entry) => entry[HashOffset..Bytes];

    /// <summary>What is wrong with a header in front of a file of this length; empty if nothing. The payload is not looked at.</summary>
    internal static string FindDamage(ReadOnlySpan<byte> header, long entryLength)
    {
        if (entryLength is < Bytes or > MaxEntryBytes)
        {
            return $"the entry has {entryLength} bytes; allowed are {Bytes}, its header, to {MaxEntryBytes}";
        }

        if (!header.StartsWith(Magic) || BinaryPrimitives.ReadInt32LittleEndian(header[Magic.Length..]) != FormatVersion)
        {
            return "the entry does not begin with the cache's mark and format version";
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(header[LengthOffset..]);
        return length == entryLength - Bytes ? "" : $"the entry says {length} bytes of payload and has {entryLength - Bytes}";
    }
}
