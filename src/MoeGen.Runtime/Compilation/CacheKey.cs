using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MoeGen;

/// <summary>The name of a cache entry.</summary>
internal static class CacheKey
{
    /// <summary>SHA-256 in lower-case hex. Each part is preceded by its length, so that no two sets of parts give one byte string.</summary>
    internal static string Compute(ReadOnlySpan<byte> source, CompilationTarget target, Version compiler)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, source);
        foreach (string option in target.Options)
        {
            Append(hash, Encoding.UTF8.GetBytes(option));
        }

        Append(hash, Encoding.UTF8.GetBytes($"nvrtc {compiler}"));
        Append(hash, Encoding.UTF8.GetBytes(target.Architecture));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
