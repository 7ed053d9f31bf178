using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MoeGen.Checkpoints;

/// <summary>32 lines of 8 elements of 16 bits become 8 of 32.</summary>
internal static unsafe class Transpose8x32
{
    /// <summary>
    /// <c>to[r * toStride + c] = from[c * fromStride + r]</c> for r below 8 and c below 32; past the caches where each row of 32 is one line
    /// of them.
    /// </summary>
    public static void Run(ushort* from, nint fromStride, ushort* to, nint toStride, bool pastCaches)
    {
        Vector512<ushort> line0 = Load(from, fromStride);
        Vector512<ushort> line1 = Load(from + fromStride, fromStride);
        Vector512<ushort> line2 = Load(from + (2 * fromStride), fromStride);
        Vector512<ushort> line3 = Load(from + (3 * fromStride), fromStride);
        Vector512<ushort> line4 = Load(from + (4 * fromStride), fromStride);
        Vector512<ushort> line5 = Load(from + (5 * fromStride), fromStride);
        Vector512<ushort> line6 = Load(from + (6 * fromStride), fromStride);
        Vector512<ushort> line7 = Load(from + (7 * fromStride), fromStride);

        // Pairs of lines interleave to pairs of elements, these to fours, these to eights: whole columns.
        Vector512<uint> a0 = Avx512BW.UnpackLow(line0, line1).AsUInt32();
        Vector512<uint> a1 = Avx512BW.UnpackHigh(line0, line1).AsUInt32();
        Vector512<uint> b0 = Avx512BW.UnpackLow(line2, line3).AsUInt32();
        Vector512<uint> b1 = Avx512BW.UnpackHigh(line2, line3).AsUInt32();
        Vector512<uint> c0 = Avx512BW.UnpackLow(line4, line5).AsUInt32();
        Vector512<uint> c1 = Avx512BW.UnpackHigh(line4, line5).AsUInt32();
        Vector512<uint> d0 = Avx512BW.UnpackLow(line6, line7).AsUInt32();
        Vector512<uint> d1 = Avx512BW.UnpackHigh(line6, line7).AsUInt32();
        Store(Avx512F.UnpackLow(a0, b0).AsUInt64(), Avx512F.UnpackLow(c0, d0).AsUInt64(), to, toStride, pastCaches);
        Store(Avx512F.UnpackHigh(a0, b0).AsUInt64(), Avx512F.UnpackHigh(c0, d0).AsUInt64(), to + (2 * toStride), toStride, pastCaches);
        Store(Avx512F.UnpackLow(a1, b1).AsUInt64(), Avx512F.UnpackLow(c1, d1).AsUInt64(), to + (4 * toStride), toStride, pastCaches);
        Store(Avx512F.UnpackHigh(a1, b1).AsUInt64(), Avx512F.UnpackHigh(c1, d1).AsUInt64(), to + (6 * toStride), toStride, pastCaches);
    }

    // In each 16 bytes a line, 8 lines apart: what interleaves within 16 bytes does so for all of them.
    private static Vector512<ushort> Load(ushort* from, nint stride)
    {
        Vector512<ushort> lines = Vector128.Load(from).ToVector256Unsafe().ToVector512Unsafe();
        lines = Avx512F.InsertVector128(lines, Vector128.Load(from + (8 * stride)), 1);
        lines = Avx512F.InsertVector128(lines, Vector128.Load(from + (16 * stride)), 2);
        return Avx512F.InsertVector128(lines, Vector128.Load(from + (24 * stride)), 3);
    }

    private static void Store(Vector512<ulong> low, Vector512<ulong> high, ushort* to, nint stride, bool pastCaches)
    {
        CacheLine.Store(Avx512F.UnpackLow(low, high).AsByte(), (byte*)to, pastCaches);
        CacheLine.Store(Avx512F.UnpackHigh(low, high).AsByte(), (byte*)(to + stride), pastCaches);
    }
}
