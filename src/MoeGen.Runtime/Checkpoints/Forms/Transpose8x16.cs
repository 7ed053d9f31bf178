using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MoeGen.Checkpoints;

/// <summary>16 lines of 8 elements of 16 bits become 8 of 16.</summary>
internal static unsafe class Transpose8x16
{
    /// <summary><c>to[r * toStride + c] = from[c * fromStride + r]</c> for r below 8 and c below 16.</summary>
    public static void Run(ushort* from, nint fromStride, ushort* to, nint toStride)
    {
        Vector256<ushort> line0 = Load(from, fromStride);
        Vector256<ushort> line1 = Load(from + fromStride, fromStride);
        Vector256<ushort> line2 = Load(from + (2 * fromStride), fromStride);
        Vector256<ushort> line3 = Load(from + (3 * fromStride), fromStride);
        Vector256<ushort> line4 = Load(from + (4 * fromStride), fromStride);
        Vector256<ushort> line5 = Load(from + (5 * fromStride), fromStride);
        Vector256<ushort> line6 = Load(from + (6 * fromStride), fromStride);
        Vector256<ushort> line7 = Load(from + (7 * fromStride), fromStride);

        // Pairs of lines interleave to pairs of elements, these to fours, these to eights: whole columns.
        Vector256<uint> a0 = Avx2.UnpackLow(line0, line1).AsUInt32();
        Vector256<uint> a1 = Avx2.UnpackHigh(line0, line1).AsUInt32();
        Vector256<uint> b0 = Avx2.UnpackLow(line2, line3).AsUInt32();
        Vector256<uint> b1 = Avx2.UnpackHigh(line2, line3).AsUInt32();
        Vector256<uint> c0 = Avx2.UnpackLow(line4, line5).AsUInt32();
        Vector256<uint> c1 = Avx2.UnpackHigh(line4, line5).AsUInt32();
        Vector256<uint> d0 = Avx2.UnpackLow(line6, line7).AsUInt32();
        Vector256<uint> d1 = Avx2.UnpackHigh(line6, line7).AsUInt32();
        Store(Avx2.UnpackLow(a0, b0).AsUInt64(), Avx2.UnpackLow(c0, d0).AsUInt64(), to, toStride);
        Store(Avx2.UnpackHigh(a0, b0).AsUInt64(), Avx2.UnpackHigh(c0, d0).AsUInt64(), to + (2 * toStride), toStride);
        Store(Avx2.UnpackLow(a1, b1).AsUInt64(), Avx2.UnpackLow(c1, d1).AsUInt64(), to + (4 * toStride), toStride);
        Store(Avx2.UnpackHigh(a1, b1).AsUInt64(), Avx2.UnpackHigh(c1, d1).AsUInt64(), to + (6 * toStride), toStride);
    }

    // In each 16 bytes a line, 8 lines apart: what interleaves within 16 bytes does so for all of them.
    private static Vector256<ushort> Load(ushort* from, nint stride) => Vector256.Create(Vector128.Load(from), Vector128.Load(from + (8 * stride)));

    private static void Store(Vector256<ulong> low, Vector256<ulong> high, ushort* to, nint stride)
    {
        Avx2.UnpackLow(low, high).AsUInt16().Store(to);
        Avx2.UnpackHigh(low, high).AsUInt16().Store(to + stride);
    }
}
