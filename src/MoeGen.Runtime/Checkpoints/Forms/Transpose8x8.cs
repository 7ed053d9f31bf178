using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MoeGen.Checkpoints;

/// <summary>8 x 8 elements of 16 bits, lines become columns.</summary>
internal static unsafe class Transpose8x8
{
    /// <summary><c>to[r * toStride + c] = from[c * fromStride + r]</c> for r below 8 and c below 8.</summary>
    public static void Run(ushort* from, nint fromStride, ushort* to, nint toStride)
    {
        var line0 = Vector128.Load(from);
        var line1 = Vector128.Load(from + fromStride);
        var line2 = Vector128.Load(from + (2 * fromStride));
        var line3 = Vector128.Load(from + (3 * fromStride));
        var line4 = Vector128.Load(from + (4 * fromStride));
        var line5 = Vector128.Load(from + (5 * fromStride));
        var line6 = Vector128.Load(from + (6 * fromStride));
        var line7 = Vector128.Load(from + (7 * fromStride));

        // Pairs of lines interleave to pairs of elements, these to fours, these to eights: whole columns.
        Vector128<uint> a0 = Sse2.UnpackLow(line0, line1).AsUInt32();
        Vector128<uint> a1 = Sse2.UnpackHigh(line0, line1).AsUInt32();
        Vector128<uint> b0 = Sse2.UnpackLow(line2, line3).AsUInt32();
        Vector128<uint> b1 = Sse2.UnpackHigh(line2, line3).AsUInt32();
        Vector128<uint> c0 = Sse2.UnpackLow(line4, line5).AsUInt32();
        Vector128<uint> c1 = Sse2.UnpackHigh(line4, line5).AsUInt32();
        Vector128<uint> d0 = Sse2.UnpackLow(line6, line7).AsUInt32();
        Vector128<uint> d1 = Sse2.UnpackHigh(line6, line7).AsUInt32();
        Store(Sse2.UnpackLow(a0, b0).AsUInt64(), Sse2.UnpackLow(c0, d0).AsUInt64(), to, toStride);
        Store(Sse2.UnpackHigh(a0, b0).AsUInt64(), Sse2.UnpackHigh(c0, d0).AsUInt64(), to + (2 * toStride), toStride);
        Store(Sse2.UnpackLow(a1, b1).AsUInt64(), Sse2.UnpackLow(c1, d1).AsUInt64(), to + (4 * toStride), toStride);
        Store(Sse2.UnpackHigh(a1, b1).AsUInt64(), Sse2.UnpackHigh(c1, d1).AsUInt64(), to + (6 * toStride), toStride);
    }

    private static void Store(Vector128<ulong> low, Vector128<ulong> high, ushort* to, nint stride)
    {
        Sse2.UnpackLow(low, high).AsUInt16().Store(to);
        Sse2.UnpackHigh(low, high).AsUInt16().Store(to + stride);
    }
}
