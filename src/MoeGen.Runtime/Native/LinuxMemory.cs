using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace MoeGen.Native;

/// <summary>Advice to Linux about memory.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class LinuxMemory
{
    private const int HugePages = 14; // MADV_HUGEPAGE
    private const int Collapse = 25; // MADV_COLLAPSE, Linux 6.1
    private const nuint HugePageBytes = 2 << 20;

    /// <summary>
    /// Asks for huge pages for an array that is not yet written to: zeroed 2 MB at a time, and not with an interruption for every 4 KB. The
    /// whole pages around it are asked for, so that arrays side by side leave no gap. Nothing changes where it is smaller than such a page or
    /// the system gives none.
    /// </summary>
    internal static void PreferHugePages<T>(T[] array)
        where T : unmanaged
    {
        fixed (T* start = array)
        {
            var bytes = (nuint)array.LongLength * (nuint)sizeof(T);
            if (bytes < HugePageBytes)
            {
                return;
            }

            nuint first = (nuint)start & ~(HugePageBytes - 1);
            nuint end = ((nuint)start + bytes + HugePageBytes - 1) & ~(HugePageBytes - 1);
            _ = madvise((void*)first, end - first, HugePages);

            // The array's header is written by now, which gave the first 2 MB a small page, and such pages all the rest of them.
            _ = madvise((void*)first, HugePageBytes, Collapse);
        }
    }

    [LibraryImport("libc")]
    private static partial int madvise(void* start, nuint bytes, int advice);
}
