using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Conversions between element types (BFloat16, Half, float) and accumulators (float, double).</summary>
internal static class ElementConversion
{
    private const int BlockLength = 512;

    /// <summary>Widens exactly.</summary>
    [SkipLocalsInit]
    public static void Widen<T, TAcc>(ReadOnlySpan<T> source, Span<TAcc> destination)
        where T : unmanaged
        where TAcc : unmanaged
    {
        if (typeof(TAcc) == typeof(float))
        {
            ToSingle(source, MemoryMarshal.Cast<TAcc, float>(destination));
            return;
        }

        Span<float> block = stackalloc float[BlockLength];
        Span<double> wide = MemoryMarshal.Cast<TAcc, double>(destination);
        for (int i = 0; i < source.Length; i += BlockLength)
        {
            int length = Math.Min(BlockLength, source.Length - i);
            ToSingle(source.Slice(i, length), block);
            TensorPrimitives.ConvertTruncating<float, double>(block[..length], wide.Slice(i, length));
        }
    }

    /// <summary>Rounds once to the element type, to nearest, ties to even.</summary>
    public static void Narrow<T, TAcc>(ReadOnlySpan<TAcc> source, Span<T> destination)
        where T : unmanaged
        where TAcc : unmanaged
    {
        if (typeof(TAcc) == typeof(float))
        {
            FromSingle(MemoryMarshal.Cast<TAcc, float>(source), destination);
            return;
        }

        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = RoundToElement<T>(Unsafe.BitCast<TAcc, double>(source[i]));
        }
    }

    /// <summary>The value after one rounding to the element type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TAcc Round<T, TAcc>(TAcc value)
        where T : unmanaged
        where TAcc : unmanaged
    {
        // A float is a double exactly, so the way through double rounds once as well.
        double wide = typeof(TAcc) == typeof(float) ? Unsafe.BitCast<TAcc, float>(value) : Unsafe.BitCast<TAcc, double>(value);
        double rounded = ToDouble(RoundToElement<T>(wide));
        return typeof(TAcc) == typeof(float) ? Unsafe.BitCast<float, TAcc>((float)rounded) : Unsafe.BitCast<double, TAcc>(rounded);
    }

    /// <summary>The value held within the finite numbers of <see cref="Half"/>; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TAcc SaturateToHalf<TAcc>(TAcc value)
        where TAcc : unmanaged, INumber<TAcc>
    {
        var largest = TAcc.CreateTruncating(65504);
        return TAcc.Clamp(value, -largest, largest);
    }

    /// <summary>Exact; also takes double itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble<T>(T value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(BFloat16))
        {
            return (float)Unsafe.BitCast<T, BFloat16>(value);
        }

        if (typeof(T) == typeof(Half))
        {
            return (double)Unsafe.BitCast<T, Half>(value);
        }

        return typeof(T) == typeof(double) ? Unsafe.BitCast<T, double>(value) : Unsafe.BitCast<T, float>(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T RoundToElement<T>(double value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(BFloat16))
        {
            return Unsafe.BitCast<BFloat16, T>((BFloat16)value);
        }

        return typeof(T) == typeof(Half) ? Unsafe.BitCast<Half, T>((Half)value) : Unsafe.BitCast<float, T>((float)value);
    }

    private static void ToSingle<T>(ReadOnlySpan<T> source, Span<float> destination)
        where T : unmanaged
    {
        if (typeof(T) == typeof(BFloat16))
        {
            BFloat16Span.ToSingle(MemoryMarshal.Cast<T, BFloat16>(source), destination);
        }
        else if (typeof(T) == typeof(Half))
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<T, Half>(source), destination);
        }
        else
        {
            MemoryMarshal.Cast<T, float>(source).CopyTo(destination);
        }
    }

    private static void FromSingle<T>(ReadOnlySpan<float> source, Span<T> destination)
        where T : unmanaged
    {
        if (typeof(T) == typeof(BFloat16))
        {
            BFloat16Span.FromSingle(source, MemoryMarshal.Cast<T, BFloat16>(destination));
        }
        else if (typeof(T) == typeof(Half))
        {
            TensorPrimitives.ConvertToHalf(source, MemoryMarshal.Cast<T, Half>(destination));
        }
        else
        {
            source.CopyTo(MemoryMarshal.Cast<T, float>(destination));
        }
    }
}
