using Xunit;

namespace MoeGen.Tests;

public class ElementConversionTests
{
    [Fact]
    public void Every_half_widens_exactly_and_comes_back()
    {
        var all = new Half[65536];
        for (int bits = 0; bits < all.Length; bits++)
        {
            all[bits] = BitConverter.UInt16BitsToHalf((ushort)bits);
        }

        var single = new float[all.Length];
        var wide = new double[all.Length];
        ElementConversion.Widen<Half, float>(all, single);
        ElementConversion.Widen<Half, double>(all, wide);
        var back = new Half[all.Length];
        var wideBack = new Half[all.Length];
        ElementConversion.Narrow<Half, float>(single, back);
        ElementConversion.Narrow<Half, double>(wide, wideBack);
        for (int bits = 0; bits < all.Length; bits++)
        {
            Assert.Equal((float)all[bits], single[bits]);
            Assert.Equal((double)all[bits], wide[bits]);
            Assert.Equal(all[bits], back[bits]);
            Assert.Equal(all[bits], wideBack[bits]);
        }
    }

    [Fact]
    public void Half_ties_go_to_even_from_float_and_double()
    {
        for (int bits = 0; bits < 0x7C00; bits++)
        {
            double low = (double)BitConverter.UInt16BitsToHalf((ushort)bits);
            double high = bits == 0x7BFF ? 65536 : (double)BitConverter.UInt16BitsToHalf((ushort)(bits + 1));
            double middle = low + ((high - low) / 2);
            int even = (bits & 1) == 0 ? bits : bits + 1;
            float[] floats = [(float)middle, MathF.BitDecrement((float)middle), MathF.BitIncrement((float)middle)];
            double[] doubles = [middle, Math.BitDecrement(middle), Math.BitIncrement(middle)];
            var fromFloat = new Half[3];
            var fromDouble = new Half[3];
            ElementConversion.Narrow<Half, float>(floats, fromFloat);
            ElementConversion.Narrow<Half, double>(doubles, fromDouble);
            int[] expected = [even, bits, bits + 1];
            Assert.Equal(expected, fromFloat.Select(value => (int)BitConverter.HalfToUInt16Bits(value)));
            Assert.Equal(expected, fromDouble.Select(value => (int)BitConverter.HalfToUInt16Bits(value)));
        }
    }

    [Fact]
    public void Blocks_of_any_length_are_converted_whole()
    {
        foreach (int length in new[] { 0, 1, 511, 512, 513, 1500 })
        {
            BFloat16[] source = [.. Enumerable.Range(0, length).Select(i => (BFloat16)(i / 3.0))];
            var wide = new double[length];
            ElementConversion.Widen<BFloat16, double>(source, wide);
            Assert.Equal(source.Select(value => (double)(float)value), wide);
            var back = new BFloat16[length];
            ElementConversion.Narrow<BFloat16, double>(wide, back);
            Assert.Equal(source, back);
        }
    }

    [Fact]
    public void Rounding_of_a_value_is_that_of_its_conversion()
    {
        Assert.Equal(1 / 3f, ElementConversion.Round<float, double>(1.0 / 3));
        Assert.Equal((float)(Half)0.1f, ElementConversion.Round<Half, float>(0.1f));
        Assert.Equal((float)(BFloat16)0.1f, ElementConversion.Round<BFloat16, float>(0.1f));
        Assert.Equal((float)(BFloat16)0.1, ElementConversion.Round<BFloat16, double>(0.1));
        Assert.Equal(double.PositiveInfinity, ElementConversion.Round<Half, double>(65520));
        Assert.Equal(65504, ElementConversion.Round<Half, double>(65519.99));
    }
}
