using System.Buffers.Binary;
using System.Text;

namespace MoeGen;

/// <summary>Reads the parts of a payload, each preceded by its length, never past its end.</summary>
internal ref struct CacheEntryReader(ReadOnlySpan<byte> payload)
{
    private ReadOnlySpan<byte> _rest = payload;

    /// <summary>Whether nothing is left.</summary>
    internal readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>The next part; false where its length is negative or more than there is.</summary>
    internal bool TryRead(out ReadOnlySpan<byte> part)
    {
        part = default;
        if (!BinaryPrimitives.TryReadInt32LittleEndian(_rest, out int length) || length < 0 || length > _rest.Length - sizeof(int))
        {
            return false;
        }

        part = _rest.Slice(sizeof(int), length);
        _rest = _rest[(sizeof(int) + length)..];
        return true;
    }

    /// <summary>Reads the next part; null if it is this text, otherwise what is wrong.</summary>
    internal string? FindMismatch(string what, string expected) =>
        TryRead(out ReadOnlySpan<byte> part) && part.SequenceEqual(Encoding.UTF8.GetBytes(expected))
            ? null
            : $"the entry was written for another {what} than {expected}";
}
