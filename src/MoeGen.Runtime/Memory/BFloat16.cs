using System.Globalization;
using System.Runtime.CompilerServices;

namespace MoeGen;

/// <summary>
/// bfloat16: the upper 16 bits of a single-precision number. Blittable, two bytes, the same bits as CUDA's
/// <c>__nv_bfloat16</c> and as <c>System.Numerics.BFloat16</c> of later .NET versions.
/// </summary>
public readonly struct BFloat16 : IEquatable<BFloat16>
{
    private readonly ushort _bits;

    private BFloat16(ushort bits) => _bits = bits;

    /// <summary>The number with these bits.</summary>
    public static BFloat16 FromBits(ushort bits) => new(bits);

    /// <summary>The 16 bits: sign, 8 exponent bits, 7 mantissa bits.</summary>
    public ushort ToBits() => _bits;

    /// <summary>Exact widening.</summary>
    public static explicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value._bits << 16);

    /// <summary>Rounds to nearest, ties to even; NaN stays NaN, overflow becomes infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static explicit operator BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            return new((ushort)((bits >> 16) | 0x40));
        }

        return new((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }

    /// <summary>Rounds once, from the double: to an odd float first, so that no double rounding occurs.</summary>
    public static explicit operator BFloat16(double value)
    {
        float single = (float)value;
        if (!double.IsFinite(value) || single == value || float.IsInfinity(single))
        {
            return (BFloat16)single;
        }

        // Truncate toward zero and set the last bit: a sticky bit that the second rounding sees.
        if (Math.Abs((double)single) > Math.Abs(value))
        {
            single = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(single) - 1);
        }

        return (BFloat16)BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(single) | 1);
    }

    /// <summary>Bitwise equality, as for a storage type: NaN equals itself, +0 differs from -0.</summary>
    public bool Equals(BFloat16 other) => _bits == other._bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _bits;

    /// <summary>Bitwise equality.</summary>
    public static bool operator ==(BFloat16 left, BFloat16 right) => left.Equals(right);

    /// <summary>Bitwise inequality.</summary>
    public static bool operator !=(BFloat16 left, BFloat16 right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(CultureInfo.InvariantCulture);
}
