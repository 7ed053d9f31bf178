using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace MoeGen.Checkpoints;

/// <summary>Transposes a tile: lines become columns.</summary>
internal static unsafe class TileTranspose
{
    /// <summary><c>destination[r * stride + c] = tile[c * tileStride + r]</c>.</summary>
    /// <param name="tile">Lines that become columns.</param>
    /// <param name="tileStride">Elements from one line to the next.</param>
    /// <param name="rows">Elements of a line.</param>
    /// <param name="columns">Lines.</param>
    /// <param name="destination">Written.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="pastCaches">Whether what is written is better not kept there; it is where vectors or rows are too short for that.</param>
    public static void Run<T>(ReadOnlySpan<T> tile, int tileStride, int rows, int columns, Span<T> destination, int stride, bool pastCaches = false)
        where T : unmanaged
    {
        int rowsDone = 0;
        int columnsDone = 0;
        if (Sse2.IsSupported && Unsafe.SizeOf<T>() == 2 && rows >= 8 && columns >= 8)
        {
            rowsDone = rows & ~7;
            columnsDone = columns & ~7;

            // The last element that vectors touch on either side.
            _ = tile[((columnsDone - 1) * tileStride) + rowsDone - 1];
            _ = destination[((rowsDone - 1) * stride) + columnsDone - 1];
            fixed (T* from = tile, to = destination)
            {
                bool isPast = pastCaches && CacheLine.Begins(to) && CacheLine.Begins(to + stride);
                for (int r = 0; r < rowsDone; r += 8)
                {
                    RunEightRows((ushort*)from + r, tileStride, columnsDone, (ushort*)to + ((nint)r * stride), stride, isPast);
                }

                CacheLine.Finish(isPast);
            }
        }

        for (int r = 0; r < rows; r++)
        {
            for (int c = r < rowsDone ? columnsDone : 0; c < columns; c++)
            {
                destination[(r * stride) + c] = tile[(c * tileStride) + r];
            }
        }
    }

    // A whole cache line of each row at a time, where vectors are as long.
    private static void RunEightRows(ushort* from, nint fromStride, int columns, ushort* to, nint toStride, bool pastCaches)
    {
        int c = 0;
        for (; Avx512BW.IsSupported && c <= columns - 32; c += 32)
        {
            Transpose8x32.Run(from + (c * fromStride), fromStride, to + c, toStride, pastCaches);
        }

        for (; Avx2.IsSupported && c <= columns - 16; c += 16)
        {
            Transpose8x16.Run(from + (c * fromStride), fromStride, to + c, toStride);
        }

        for (; c < columns; c += 8)
        {
            Transpose8x8.Run(from + (c * fromStride), fromStride, to + c, toStride);
        }
    }
}
