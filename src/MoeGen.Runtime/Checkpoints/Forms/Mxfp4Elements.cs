using System.Runtime.Intrinsics;

namespace MoeGen.Checkpoints;

/// <summary>Blocks of MXFP4 (OCP microscaling: e2m1 values, one e8m0 exponent) as floats, exactly.</summary>
internal static class Mxfp4Elements
{
    /// <summary>Values of a block.</summary>
    public const int BlockValues = 32;

    /// <summary>Bytes of a block, without its exponent.</summary>
    public const int BlockBytes = BlockValues / 2;

    /// <summary>Decodes a block.</summary>
    /// <param name="block">16 bytes; value 2i in the low half of byte i, value 2i + 1 in the high one.</param>
    /// <param name="exponent">The values' common factor is 2^(exponent - 127); 255 makes all of them NaN.</param>
    /// <param name="values">32 values; written.</param>
    public static void Decode(ReadOnlySpan<byte> block, byte exponent, Span<float> values)
    {
        // 2^-127 is a subnormal float: its bits are those of no exponent.
        float factor = exponent == 255 ? float.NaN : BitConverter.UInt32BitsToSingle(exponent == 0 ? 1u << 22 : (uint)exponent << 23);
        (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Create(block));
        DecodeEight(low, factor, values);
        DecodeEight(high, factor, values[BlockBytes..]);
    }

    // 8 bytes, each widened to 4 bits in the low and 4 bits in the high half of 32 bits: as many 16-bit lanes as values, in order.
    private static void DecodeEight(Vector128<ushort> bytes, float factor, Span<float> values)
    {
        (Vector128<uint> first, Vector128<uint> second) = Vector128.Widen(bytes);
        DecodeFour(first, factor, values);
        DecodeFour(second, factor, values[8..]);
    }

    private static void DecodeFour(Vector128<uint> bytes, float factor, Span<float> values)
    {
        Vector128<uint> nibbles = (bytes & Vector128.Create(0xFu)) | ((bytes & Vector128.Create(0xF0u)) << 12);
        (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(nibbles.AsUInt16());
        (Decode(low) * factor).CopyTo(values);
        (Decode(high) * factor).CopyTo(values[4..]);
    }

    // 2 bits of exponent and 1 of mantissa move to a float's place; exponent 0 leaves 0 and 0.5.
    private static Vector128<float> Decode(Vector128<uint> bits)
    {
        Vector128<uint> magnitude = bits & Vector128.Create(7u);
        Vector128<uint> normal = (magnitude << 22) + Vector128.Create(126u << 23);
        Vector128<uint> small = (Vector128.ConvertToSingle(magnitude.AsInt32()) * 0.5f).AsUInt32();
        Vector128<uint> value = Vector128.ConditionalSelect(Vector128.LessThan(magnitude, Vector128.Create(2u)), small, normal);
        return (value | ((bits & Vector128.Create(8u)) << 28)).AsSingle();
    }
}
