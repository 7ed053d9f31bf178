using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace MoeGen.Native;

/// <summary>Advice to Linux about memory.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class LinuxMemory
{
    private const int HugePages = 14; // MADV_HUGEPAGE
    private const nuint HugePageBytes = 2 << 20;

    /// <summary>
    /// Asks for huge pages where memory is not yet touched: zeroed 2 MB at a time, and not with an interruption for every 4 KB. Where the
    /// system gives none, nothing changes.
    /// </summary>
    internal static void PreferHugePages<T>(Span<T> memory)
        where T : unmanaged
    {
        fixed (T* start = memory)
        {
            nuint first = ((nuint)start + HugePageBytes - 1) & ~(HugePageBytes - 1);
            nuint end = (nuint)(start + memory.Length) & ~(HugePageBytes - 1);
            if (end > first)
            {
                _ = madvise((void*)first, end - first, HugePages);
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int madvise(void* start, nuint bytes, int advice);
}
