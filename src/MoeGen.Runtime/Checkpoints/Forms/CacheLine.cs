using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MoeGen.Checkpoints;

/// <summary>Writes whole lines of the caches, 64 bytes; past the caches, a line is not fetched from memory before it is written.</summary>
internal static unsafe class CacheLine
{
    /// <summary>Bytes of a line.</summary>
    public const int Bytes = 64;

    /// <summary>Whether a line begins here.</summary>
    public static bool Begins(void* address) => (nuint)address % Bytes == 0;

    /// <summary>The first element that a line begins with, as long as the array, which is large, is not moved; otherwise 0.</summary>
    public static int First<T>(Span<T> elements)
        where T : unmanaged
    {
        fixed (T* start = elements)
        {
            nuint past = (nuint)start % Bytes;
            return past % (nuint)sizeof(T) != 0 ? 0 : (int)(((Bytes - past) % Bytes) / (nuint)sizeof(T));
        }
    }

    /// <summary>Writes 64 bytes; where a line begins, if <paramref name="pastCaches"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> line, byte* to, bool pastCaches)
    {
        if (pastCaches)
        {
            line.StoreAlignedNonTemporal(to);
        }
        else
        {
            line.Store(to);
        }
    }

    /// <summary>After the last write past the caches: other threads see them before anything that this one does next.</summary>
    public static void Finish(bool pastCaches)
    {
        if (pastCaches && Sse.IsSupported)
        {
            Sse.StoreFence();
        }
    }
}
