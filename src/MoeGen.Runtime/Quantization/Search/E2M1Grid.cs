using System.Numerics;

namespace MoeGen;

/// <summary>The 4-bit floats: 0, 0.5, 1, 1.5, 2, 3, 4, 6 of either sign.</summary>
internal readonly struct E2M1Grid : ICodeGrid
{
    public Vector<float> Snap(Vector<float> value)
    {
        // Steps of 0.5 below 2, of 1 below 4, of 2 above; a value rounded up to a border is a number of both sides.
        Vector<float> magnitude = Vector.Abs(value);
        Vector<float> step = Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<float>(4)), Vector<float>.One, new Vector<float>(2));
        step = Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<float>(2)), new Vector<float>(0.5f), step);
        Vector<float> snapped = Vector.Min(Vector.Round(magnitude / step, MidpointRounding.ToEven) * step, new Vector<float>(6));
        return Vector.CopySign(snapped, value);
    }

    /// <summary>The code of a number of the grid: sign, two exponent bits, one mantissa bit.</summary>
    public static int CodeOf(float snapped)
    {
        // The bits of a float from 1 on, without most of the exponent's bias; 0 and 0.5 are subnormal.
        float magnitude = MathF.Abs(snapped);
        int code = magnitude < 1 ? (int)(2 * magnitude) : (BitConverter.SingleToInt32Bits(magnitude) >> 22) - 252;
        return code | (float.IsNegative(snapped) ? 8 : 0);
    }
}
