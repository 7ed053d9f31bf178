using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Rows of activations as 8-bit codes with one scale a row: the definition that every backend computes, in fp32 throughout.</summary>
public static class ActivationQuantizer
{
    /// <summary>Largest magnitude of a code, 127.</summary>
    public const int MaxCode = 127;

    /// <summary>2^-100: a row whose largest magnitude is below it becomes a row of zeros.</summary>
    public const float SmallestMagnitude = 1f / (1L << 50) / (1L << 50);

    /// <summary>Codes of one row: <c>value = scale * code</c>, a code rounded to nearest, ties to even, and held within -127 to 127.</summary>
    /// <remarks>
    /// With <c>v = row * factors</c> and <c>m = max |v|</c>: <c>code = round(v * (127 / m))</c> and <c>scale = m / 127</c>, or with a static
    /// scale s <c>code = round(v * (1 / s))</c> and <c>scale = s</c>. A row with NaN or infinity in v has the scale NaN and codes 0; without a
    /// static scale, a row with m below <see cref="SmallestMagnitude"/> has the scale 0 and codes 0.
    /// </remarks>
    /// <param name="row">The values.</param>
    /// <param name="factors">Multiplied into the values first, as many as there are; empty means 1.</param>
    /// <param name="staticScale">The scale; 0: the row's own, its largest magnitude / 127.</param>
    /// <param name="codes">As many as values; written.</param>
    /// <returns>The scale of the codes.</returns>
    /// <exception cref="ArgumentException">A length does not fit, or <paramref name="staticScale"/> is neither 0 nor a positive normal number.</exception>
    public static float Quantize(ReadOnlySpan<float> row, ReadOnlySpan<float> factors, float staticScale, Span<sbyte> codes)
    {
        if (codes.Length != row.Length)
        {
            throw new ArgumentException($"codes has {codes.Length} elements; required are {row.Length}, as many as row has.", nameof(codes));
        }

        if (!factors.IsEmpty && factors.Length != row.Length)
        {
            throw new ArgumentException($"factors has {factors.Length} elements; required are {row.Length}, as many as row has, or none.", nameof(factors));
        }

        if (!IsStaticScale(staticScale))
        {
            throw new ArgumentException($"staticScale is {staticScale}; allowed are 0 and positive normal numbers.", nameof(staticScale));
        }

        float largest = LargestMagnitude(row, factors);
        if (!float.IsFinite(largest) || (staticScale == 0 && largest < SmallestMagnitude))
        {
            codes.Clear();
            return float.IsFinite(largest) ? 0 : float.NaN;
        }

        Round(row, factors, staticScale > 0 ? 1f / staticScale : MaxCode / largest, codes);
        return staticScale > 0 ? staticScale : largest / MaxCode;
    }

    /// <summary>Whether a scale may be a static one: 0, which means none, or positive and normal, so that its inverse is finite.</summary>
    internal static bool IsStaticScale(float scale) => scale == 0 || (scale > 0 && float.IsNormal(scale));

    // Without the sign, bits of floats are ordered as the floats are, infinity above all numbers and NaN above infinity.
    private static float LargestMagnitude(ReadOnlySpan<float> row, ReadOnlySpan<float> factors)
    {
        var mask = new Vector<int>(int.MaxValue);
        Vector<int> most = default;
        int i = 0;
        for (; i <= row.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            most = Vector.Max(most, Vector.AsVectorInt32(Load(row, factors, i)) & mask);
        }

        int largest = 0;
        for (int lane = 0; lane < Vector<int>.Count; lane++)
        {
            largest = Math.Max(largest, most[lane]);
        }

        for (; i < row.Length; i++)
        {
            largest = Math.Max(largest, BitConverter.SingleToInt32Bits(factors.IsEmpty ? row[i] : row[i] * factors[i]) & int.MaxValue);
        }

        return BitConverter.Int32BitsToSingle(largest);
    }

    private static void Round(ReadOnlySpan<float> row, ReadOnlySpan<float> factors, float inverse, Span<sbyte> codes)
    {
        var limit = new Vector<float>(MaxCode);
        int i = 0;
        for (; i <= row.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> rounded = Vector.Round(Load(row, factors, i) * inverse, MidpointRounding.ToEven);
            Vector<int> code = Vector.ConvertToInt32(Vector.Max(Vector.Min(rounded, limit), -limit));
            for (int lane = 0; lane < Vector<int>.Count; lane++)
            {
                codes[i + lane] = (sbyte)code[lane];
            }
        }

        for (; i < row.Length; i++)
        {
            float value = (factors.IsEmpty ? row[i] : row[i] * factors[i]) * inverse;
            codes[i] = (sbyte)Math.Clamp(MathF.Round(value, MidpointRounding.ToEven), -MaxCode, MaxCode);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Load(ReadOnlySpan<float> row, ReadOnlySpan<float> factors, int i)
    {
        Vector<float> values = Vector.LoadUnsafe(ref MemoryMarshal.GetReference(row), (nuint)i);
        return factors.IsEmpty ? values : values * Vector.LoadUnsafe(ref MemoryMarshal.GetReference(factors), (nuint)i);
    }
}
