using System.Numerics;
using System.Runtime.InteropServices;

namespace MoeGen.Checkpoints;

/// <summary>F8_E4M3 (without infinities; 0x7F and 0xFF are NaN) as floats.</summary>
internal static class Fp8Elements
{
    /// <summary>Exact values, times a factor, rounded once to fp32.</summary>
    public static void Decode(ReadOnlySpan<byte> stored, float factor, Span<float> values)
    {
        ref byte from = ref MemoryMarshal.GetReference(stored);
        ref float to = ref MemoryMarshal.GetReference(values[..stored.Length]);
        var factors = new Vector<float>(factor);
        int i = 0;
        for (; i <= stored.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
            int step = Vector<uint>.Count;
            (Decode(first) * factors).StoreUnsafe(ref to, (nuint)i);
            (Decode(second) * factors).StoreUnsafe(ref to, (nuint)(i + step));
            (Decode(third) * factors).StoreUnsafe(ref to, (nuint)(i + (2 * step)));
            (Decode(fourth) * factors).StoreUnsafe(ref to, (nuint)(i + (3 * step)));
        }

        for (; i < stored.Length; i++)
        {
            values[i] = Decode(new Vector<uint>(stored[i]))[0] * factor;
        }
    }

    // Exponent and mantissa move to a float's place; subnormals, where the exponent is 0, are multiples of 2^-9.
    private static Vector<float> Decode(Vector<uint> bits)
    {
        Vector<uint> magnitude = bits & new Vector<uint>(0x7F);
        Vector<uint> normal = (magnitude << 20) + new Vector<uint>(120u << 23);
        var subnormal = Vector.AsVectorUInt32(Vector.ConvertToSingle(Vector.AsVectorInt32(magnitude)) * new Vector<float>(1f / 512));
        Vector<uint> value = Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<uint>(8)), subnormal, normal);
        value = Vector.ConditionalSelect(Vector.Equals(magnitude, new Vector<uint>(0x7F)), new Vector<uint>(0x7FC00000), value);
        return Vector.AsVectorSingle(value | ((bits & new Vector<uint>(0x80)) << 24));
    }
}
