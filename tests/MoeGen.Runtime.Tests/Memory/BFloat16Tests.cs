using Xunit;

namespace MoeGen.Tests;

public class BFloat16Tests
{
    [Fact]
    public void Widening_is_exact_and_comes_back_for_every_bit_pattern()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            BFloat16 value = BFloat16.FromBits((ushort)bits);
            Assert.Equal((uint)bits << 16, BitConverter.SingleToUInt32Bits((float)value));
            int expected = IsNaN(bits) ? bits | 0x40 : bits;
            Assert.Equal(expected, ((BFloat16)(float)value).ToBits());
            if (!IsNaN(bits))
            {
                Assert.Equal(bits, ((BFloat16)(double)(float)value).ToBits());
            }
        }
    }

    [Fact]
    public void Between_any_two_neighbours_the_nearer_one_is_taken_and_a_tie_goes_to_even()
    {
        for (int bits = 0; bits < 0x7F80; bits++)
        {
            // The upper neighbour of the largest finite number, for rounding, is 2^128.
            double low = (float)BFloat16.FromBits((ushort)bits);
            double high = bits == 0x7F7F ? Math.Pow(2, 128) : (float)BFloat16.FromBits((ushort)(bits + 1));
            double middle = low + ((high - low) / 2);
            int even = (bits & 1) == 0 ? bits : bits + 1;
            foreach (int sign in new[] { 0, 0x8000 })
            {
                double s = sign == 0 ? 1 : -1;
                Same(sign | even, ((BFloat16)(s * middle)).ToBits());
                Same(sign | bits, ((BFloat16)(s * Math.BitDecrement(middle))).ToBits());
                Same(sign | (bits + 1), ((BFloat16)(s * Math.BitIncrement(middle))).ToBits());

                // The middle has 9 significant bits, so it is a float, and so are its neighbours.
                float single = (float)(s * middle);
                Same(sign | even, ((BFloat16)single).ToBits());
                Same(sign | bits, ((BFloat16)(s > 0 ? MathF.BitDecrement(single) : MathF.BitIncrement(single))).ToBits());
                Same(sign | (bits + 1), ((BFloat16)(s > 0 ? MathF.BitIncrement(single) : MathF.BitDecrement(single))).ToBits());
            }
        }
    }

    [Theory]
    [InlineData(double.PositiveInfinity, 0x7F80)]
    [InlineData(double.NegativeInfinity, 0xFF80)]
    [InlineData(1e300, 0x7F80)]
    [InlineData(-1e300, 0xFF80)]
    [InlineData(3.4e38, 0x7F80)]
    [InlineData(3.39e38, 0x7F7F)]
    [InlineData(1e-300, 0)]
    [InlineData(-1e-300, 0x8000)]
    [InlineData(0.0, 0)]
    [InlineData(-0.0, 0x8000)]
    [InlineData(1.0, 0x3F80)]
    [InlineData(9.183549615799121e-41, 1)]
    public void Doubles_round_to_known_bits(double value, int bits) => Assert.Equal(bits, ((BFloat16)value).ToBits());

    [Fact]
    public void A_double_just_beside_a_tie_is_not_rounded_twice()
    {
        // 1 + 2^-8 is the tie between 1 and 1 + 2^-7; 2^-40 more is lost in float, and must not be.
        double tie = 1 + Math.Pow(2, -8);
        Assert.Equal(0x3F80, ((BFloat16)(float)(tie + Math.Pow(2, -40))).ToBits());
        Assert.Equal(0x3F81, ((BFloat16)(tie + Math.Pow(2, -40))).ToBits());
        Assert.Equal(0x3F81, ((BFloat16)(3 * tie / 3 + Math.Pow(2, -50))).ToBits());
    }

    [Fact]
    public void NaN_stays_NaN()
    {
        Assert.True(float.IsNaN((float)(BFloat16)float.NaN));
        Assert.True(float.IsNaN((float)(BFloat16)double.NaN));
        Assert.True(float.IsNaN((float)(BFloat16)BitConverter.UInt32BitsToSingle(0x7F800001)));
        Assert.True(float.IsNaN((float)(BFloat16)BitConverter.UInt32BitsToSingle(0xFFFFFFFF)));
    }

    [Fact]
    public void Spans_convert_to_the_same_bits_as_single_values()
    {
        var random = new Random(1);
        var floats = new float[100_003];
        for (int i = 0; i < floats.Length; i++)
        {
            // Every third one is a tie.
            uint bits = (uint)random.NextInt64(1L << 32);
            floats[i] = BitConverter.UInt32BitsToSingle(i % 3 == 0 ? (bits & 0xFFFF0000) | 0x8000 : bits);
        }

        for (int length = 0; length < 70; length++)
        {
            Compare(floats.AsSpan(length, length));
        }

        Compare(floats);

        var all = new BFloat16[65536];
        for (int bits = 0; bits < all.Length; bits++)
        {
            all[bits] = BFloat16.FromBits((ushort)bits);
        }

        var wide = new float[all.Length + 1];
        wide[^1] = 42;
        BFloat16Span.ToSingle(all, wide);
        for (int bits = 0; bits < all.Length; bits++)
        {
            Assert.Equal((uint)bits << 16, BitConverter.SingleToUInt32Bits(wide[bits]));
        }

        Assert.Equal(42, wide[^1]);
        Assert.Throws<ArgumentException>(() => BFloat16Span.ToSingle(all, new float[65535]));
        Assert.Throws<ArgumentException>(() => BFloat16Span.FromSingle(wide, all));
    }

    [Fact]
    public void Equality_is_bitwise()
    {
        Assert.True(BFloat16.FromBits(0x7FC0) == BFloat16.FromBits(0x7FC0));
        Assert.True((BFloat16)0f != (BFloat16)(-0f));
        Assert.Equal("1.5", ((BFloat16)1.5f).ToString());
    }

    private static void Compare(ReadOnlySpan<float> floats)
    {
        var rounded = new BFloat16[floats.Length + 1];
        rounded[^1] = BFloat16.FromBits(0x1234);
        BFloat16Span.FromSingle(floats, rounded);
        for (int i = 0; i < floats.Length; i++)
        {
            Same(((BFloat16)floats[i]).ToBits(), rounded[i].ToBits());
        }

        Assert.Equal(0x1234, rounded[^1].ToBits());
    }

    // Assert.Equal takes too long for millions of values.
    private static void Same(int expected, ushort actual)
    {
        if (expected != actual)
        {
            Assert.Fail($"expected bits {expected:X4}, found {actual:X4}");
        }
    }

    private static bool IsNaN(int bits) => (bits & 0x7F80) == 0x7F80 && (bits & 0x7F) != 0;
}
