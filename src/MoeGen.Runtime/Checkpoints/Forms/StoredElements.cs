using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MoeGen.Checkpoints;

/// <summary>BF16, F16 and F32 as elements of a layer.</summary>
internal static class StoredElements
{
    private const int BlockLength = 1024;

    public static bool CanConvert(SafetensorsDtype dtype) => dtype is SafetensorsDtype.BF16 or SafetensorsDtype.F16 or SafetensorsDtype.F32;

    /// <summary>Copies, or converts by way of float, which holds all three exactly: at most one rounding.</summary>
    /// <param name="dtype">BF16, F16 or F32.</param>
    /// <param name="stored">As many elements as <paramref name="destination"/> has.</param>
    /// <param name="destination">Written.</param>
    public static void Convert<T>(SafetensorsDtype dtype, ReadOnlySpan<byte> stored, Span<T> destination)
        where T : unmanaged
    {
        switch (dtype)
        {
            case SafetensorsDtype.BF16: Convert(MemoryMarshal.Cast<byte, BFloat16>(stored), destination); break;
            case SafetensorsDtype.F16: Convert(MemoryMarshal.Cast<byte, Half>(stored), destination); break;
            default: Convert(MemoryMarshal.Cast<byte, float>(stored), destination); break;
        }
    }

    [SkipLocalsInit]
    private static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> source, Span<TTo> destination)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TFrom) == typeof(TTo))
        {
            MemoryMarshal.Cast<TFrom, TTo>(source).CopyTo(destination);
            return;
        }

        if (typeof(TTo) == typeof(float))
        {
            ElementConversion.Widen(source, MemoryMarshal.Cast<TTo, float>(destination));
            return;
        }

        Span<float> block = stackalloc float[BlockLength];
        for (int i = 0; i < source.Length; i += BlockLength)
        {
            int length = Math.Min(BlockLength, source.Length - i);
            ElementConversion.Widen(source.Slice(i, length), block);
            ElementConversion.Narrow<TTo, float>(block[..length], destination.Slice(i, length));
        }
    }
}
