using System.Security.Cryptography;
using System.Text;

namespace MoeGen;

/// <summary>
/// The bytes of a cache entry, little-endian: a <see cref="CacheEntryHeader"/>, then the payload: key, architecture, NVRTC version, log
/// and image, each preceded by its length (int32).
/// </summary>
internal static class CacheEntry
{
    internal static byte[] Encode(CompiledKernel kernel, KernelRequest request)
    {
        using var stream = new MemoryStream();
        stream.Write(new byte[CacheEntryHeader.Bytes]);
        using (var writer = new BinaryWriter(stream))
        {
            ReadOnlySpan<byte[]> parts =
            [
                Encoding.UTF8.GetBytes(request.Key),
                Encoding.UTF8.GetBytes(request.Target.Architecture),
                Encoding.UTF8.GetBytes(request.Compiler.ToString()),
                Encoding.UTF8.GetBytes(kernel.Log),
                kernel.Bytes,
            ];
            foreach (byte[] part in parts)
            {
                writer.Write(part.Length);
                writer.Write(part);
            }
        }

        byte[] entry = stream.ToArray();
        CacheEntryHeader.Write(entry);
        return entry;
    }

    /// <summary>
    /// Returns null, and in <paramref name="damage"/> why, unless every byte is as it was written, and written for this request. A
    /// checksum can be computed by anyone, so nothing in the payload is trusted for it.
    /// </summary>
    internal static CompiledKernel? Decode(ReadOnlySpan<byte> entry, KernelRequest request, out string damage)
    {
        damage = CacheEntryHeader.FindDamage(entry, entry.Length);
        if (damage.Length > 0)
        {
            return null;
        }

        ReadOnlySpan<byte> payload = entry[CacheEntryHeader.Bytes..];
        if (!CacheEntryHeader.HashOf(entry).SequenceEqual(SHA256.HashData(payload)))
        {
            damage = "the entry's checksum does not fit its payload";
            return null;
        }

        var reader = new CacheEntryReader(payload);
        damage = reader.FindMismatch("key", request.Key)
            ?? reader.FindMismatch("architecture", request.Target.Architecture)
            ?? reader.FindMismatch("NVRTC version", request.Compiler.ToString())
            ?? "";
        if (damage.Length > 0)
        {
            return null;
        }

        if (!reader.TryRead(out ReadOnlySpan<byte> log) || !reader.TryRead(out ReadOnlySpan<byte> image) || !reader.AtEnd || image.IsEmpty)
        {
            damage = "the lengths of the entry's log and image do not fill its payload";
            return null;
        }

        return new CompiledKernel(
            request.Name, request.Target.Architecture, image.ToArray(), Encoding.UTF8.GetString(log), request.Compiler, TimeSpan.Zero);
    }
}
