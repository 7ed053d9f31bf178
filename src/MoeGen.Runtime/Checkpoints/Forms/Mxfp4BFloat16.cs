using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MoeGen.Checkpoints;

/// <summary>Blocks of MXFP4 as bfloat16 without the way through floats: a table for the values, and their exponents moved.</summary>
internal static class Mxfp4BFloat16
{
    // With these exponents every value but 0 is a normal number: the smallest is 2^-1, the largest 1.5 x 2^2.
    private const int MinExponent = 2;
    private const int MaxExponent = 252;

    // The halves of the bits of 0, 0.5, 1, 1.5, 2, 3, 4, 6 and of these negated.
    private static readonly Vector128<byte> s_upper = Vector128.Create((byte)0, 0x3F, 0x3F, 0x3F, 0x40, 0x40, 0x40, 0x40, 0x80, 0xBF, 0xBF, 0xBF, 0xC0, 0xC0, 0xC0, 0xC0);
    private static readonly Vector128<byte> s_lower = Vector128.Create((byte)0, 0, 0x80, 0xC0, 0, 0x40, 0x80, 0xC0, 0, 0, 0x80, 0xC0, 0, 0x40, 0x80, 0xC0);

    /// <summary>Decodes blocks, as many as there are exponents, up to the first that <see cref="TryDecode"/> leaves; returns how many.</summary>
    public static int Decode(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> exponents, Span<BFloat16> values)
    {
        int block = 0;
        while (block < exponents.Length && TryDecode(blocks.Slice(block * Mxfp4Elements.BlockBytes, Mxfp4Elements.BlockBytes), exponents[block], values[(block * Mxfp4Elements.BlockValues)..]))
        {
            block++;
        }

        return block;
    }

    /// <summary>Decodes a block; <see langword="false"/>, and nothing written, where its exponent leaves the range of normal numbers.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> block, byte exponent, Span<BFloat16> values)
    {
        if (exponent is < MinExponent or > MaxExponent)
        {
            return false;
        }

        ref ushort bits = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<BFloat16, ushort>(values[..Mxfp4Elements.BlockValues]));
        var shift = Vector128.Create((ushort)((exponent - 127) << 7));
        (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Create(block));
        DecodeSixteen(low, shift, ref bits);
        DecodeSixteen(high, shift, ref Unsafe.Add(ref bits, 16));
        return true;
    }

    // 8 bytes in 16 bits each: the low half of a byte stays, the high half moves to the next byte, which puts the values in order.
    private static void DecodeSixteen(Vector128<ushort> bytes, Vector128<ushort> shift, ref ushort values)
    {
        Vector128<byte> codes = ((bytes & Vector128.Create((ushort)0x0F)) | ((bytes & Vector128.Create((ushort)0xF0)) << 4)).AsByte();
        (Vector128<ushort> upper0, Vector128<ushort> upper1) = Vector128.Widen(Vector128.ShuffleNative(s_upper, codes));
        (Vector128<ushort> lower0, Vector128<ushort> lower1) = Vector128.Widen(Vector128.ShuffleNative(s_lower, codes));
        Shift((upper0 << 8) | lower0, shift).StoreUnsafe(ref values);
        Shift((upper1 << 8) | lower1, shift).StoreUnsafe(ref values, 8);
    }

    // Zeros stay as they are.
    private static Vector128<ushort> Shift(Vector128<ushort> values, Vector128<ushort> shift)
    {
        Vector128<ushort> zero = Vector128.Equals(values & Vector128.Create((ushort)0x7FFF), Vector128<ushort>.Zero);
        return values + Vector128.AndNot(shift, zero);
    }
}
