using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MoeGen.Checkpoints;

/// <summary>Transposes a tile: lines become columns.</summary>
internal static class TileTranspose
{
    /// <summary><c>destination[r * stride + c] = tile[c * tileStride + r]</c>.</summary>
    public static void Run<T>(ReadOnlySpan<T> tile, int tileStride, int rows, int columns, Span<T> destination, int stride)
        where T : unmanaged
    {
        int rowsDone = 0;
        int columnsDone = 0;
        if (Sse2.IsSupported && Unsafe.SizeOf<T>() == 2)
        {
            rowsDone = rows & ~7;
            columnsDone = columns & ~7;
            ReadOnlySpan<ushort> from = MemoryMarshal.Cast<T, ushort>(tile);
            Span<ushort> to = MemoryMarshal.Cast<T, ushort>(destination);
            for (int r = 0; r < rowsDone; r += 8)
            {
                for (int c = 0; c < columnsDone; c += 8)
                {
                    Run8x8(from[((c * tileStride) + r)..], tileStride, to[((r * stride) + c)..], stride);
                }
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

    private static void Run8x8(ReadOnlySpan<ushort> from, int fromStride, Span<ushort> to, int toStride)
    {
        Vector128<ushort> Line(ReadOnlySpan<ushort> lines, int c) => Vector128.Create(lines.Slice(c * fromStride, 8));

        // Pairs of lines interleave to pairs of elements, these to fours, these to eights: whole columns.
        Vector128<uint> a0 = Sse2.UnpackLow(Line(from, 0), Line(from, 1)).AsUInt32();
        Vector128<uint> a1 = Sse2.UnpackHigh(Line(from, 0), Line(from, 1)).AsUInt32();
        Vector128<uint> b0 = Sse2.UnpackLow(Line(from, 2), Line(from, 3)).AsUInt32();
        Vector128<uint> b1 = Sse2.UnpackHigh(Line(from, 2), Line(from, 3)).AsUInt32();
        Vector128<uint> c0 = Sse2.UnpackLow(Line(from, 4), Line(from, 5)).AsUInt32();
        Vector128<uint> c1 = Sse2.UnpackHigh(Line(from, 4), Line(from, 5)).AsUInt32();
        Vector128<uint> d0 = Sse2.UnpackLow(Line(from, 6), Line(from, 7)).AsUInt32();
        Vector128<uint> d1 = Sse2.UnpackHigh(Line(from, 6), Line(from, 7)).AsUInt32();
        Store(Sse2.UnpackLow(a0, b0).AsUInt64(), Sse2.UnpackLow(c0, d0).AsUInt64(), to, toStride);
        Store(Sse2.UnpackHigh(a0, b0).AsUInt64(), Sse2.UnpackHigh(c0, d0).AsUInt64(), to[(2 * toStride)..], toStride);
        Store(Sse2.UnpackLow(a1, b1).AsUInt64(), Sse2.UnpackLow(c1, d1).AsUInt64(), to[(4 * toStride)..], toStride);
        Store(Sse2.UnpackHigh(a1, b1).AsUInt64(), Sse2.UnpackHigh(c1, d1).AsUInt64(), to[(6 * toStride)..], toStride);
    }

    private static void Store(Vector128<ulong> low, Vector128<ulong> high, Span<ushort> to, int stride)
    {
        Sse2.UnpackLow(low, high).AsUInt16().CopyTo(to);
        Sse2.UnpackHigh(low, high).AsUInt16().CopyTo(to[stride..]);
    }
}
