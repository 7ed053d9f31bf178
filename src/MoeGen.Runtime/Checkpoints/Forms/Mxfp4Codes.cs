using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MoeGen.Checkpoints;

/// <summary>Blocks of MXFP4 as elements of 16 bits: what the 16 codes are with each exponent stands in a table, and vectors look it up.</summary>
internal static unsafe class Mxfp4Codes<T>
    where T : unmanaged
{
    private const int Codes = 16;

    // [exponent, code], 8 KB; a checkpoint's exponents are few, so that their rows stay in the first cache.
    private static readonly ushort[] s_table = MakeTable();

    /// <summary>Decodes blocks, as many as there are exponents; every bit is what <see cref="Mxfp4Elements"/> and one rounding give.</summary>
    /// <param name="blocks">16 bytes each.</param>
    /// <param name="exponents">One each.</param>
    /// <param name="values">32 elements each; written.</param>
    /// <param name="pastCaches">Whether what is written is better not kept there; <see cref="CacheLine.Finish"/> is left to the caller.</param>
    public static void Decode(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> exponents, Span<T> values, bool pastCaches = false)
    {
        _ = blocks[..(exponents.Length * Mxfp4Elements.BlockBytes)];
        _ = values[..(exponents.Length * Mxfp4Elements.BlockValues)];
        fixed (byte* from = blocks)
        fixed (T* to = values)
        fixed (ushort* table = s_table)
        {
            bool isPast = pastCaches && CacheLine.Begins(to);
            for (int block = 0; block < exponents.Length; block++)
            {
                var bytes = Vector128.Load(from + (block * Mxfp4Elements.BlockBytes));
                ushort* row = table + (exponents[block] * Codes);
                ushort* elements = (ushort*)to + (block * Mxfp4Elements.BlockValues);
                if (!Avx512BW.IsSupported)
                {
                    DecodeBlock(bytes, row, elements);
                    continue;
                }

                // A byte in each 32 bits: its low code in the low half, its high one in the high half.
                Vector512<uint> wide = Avx512F.ConvertToVector512UInt32(bytes);
                Vector512<ushort> codes = ((wide | (wide << 12)) & Vector512.Create(0x000F_000Fu)).AsUInt16();
                CacheLine.Store(Avx512BW.PermuteVar32x16(Vector256.Load(row).ToVector512(), codes).AsByte(), (byte*)elements, isPast);
            }
        }
    }

    private static void DecodeBlock(Vector128<byte> bytes, ushort* row, ushort* values)
    {
        var low = Vector128.Create((ushort)0xFF);
        Vector128<byte> lower = Vector128.Narrow(Vector128.Load(row) & low, Vector128.Load(row + 8) & low);
        Vector128<byte> upper = Vector128.Narrow(Vector128.Load(row) >> 8, Vector128.Load(row + 8) >> 8);
        (Vector128<ushort> first, Vector128<ushort> second) = Vector128.Widen(bytes);
        DecodeSixteen(first, lower, upper, values);
        DecodeSixteen(second, lower, upper, values + Codes);
    }

    // 8 bytes in 16 bits each: the low half of a byte stays, the high half moves to the next byte, which puts the codes in order.
    private static void DecodeSixteen(Vector128<ushort> bytes, Vector128<byte> lower, Vector128<byte> upper, ushort* values)
    {
        Vector128<byte> codes = ((bytes & Vector128.Create((ushort)0x0F)) | ((bytes & Vector128.Create((ushort)0xF0)) << 4)).AsByte();
        (Vector128<ushort> lower0, Vector128<ushort> lower1) = Vector128.Widen(Vector128.ShuffleNative(lower, codes));
        (Vector128<ushort> upper0, Vector128<ushort> upper1) = Vector128.Widen(Vector128.ShuffleNative(upper, codes));
        ((upper0 << 8) | lower0).Store(values);
        ((upper1 << 8) | lower1).Store(values + 8);
    }

    private static ushort[] MakeTable()
    {
        var table = new ushort[256 * Codes];
        byte[] block = [.. Enumerable.Range(0, Codes).Select(static code => (byte)code)];
        var values = new float[Mxfp4Elements.BlockValues];
        var codes = new float[Codes];
        for (int exponent = 0; exponent < 256; exponent++)
        {
            Mxfp4Elements.Decode(block, (byte)exponent, values);
            for (int code = 0; code < Codes; code++)
            {
                codes[code] = values[2 * code];
            }

            ElementConversion.Narrow<T, float>(codes, MemoryMarshal.Cast<ushort, T>(table.AsSpan(exponent * Codes, Codes)));
        }

        return table;
    }
}
