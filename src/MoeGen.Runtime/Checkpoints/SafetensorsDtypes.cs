namespace MoeGen.Checkpoints;

/// <summary>Sizes and C# types of <see cref="SafetensorsDtype"/>.</summary>
internal static class SafetensorsDtypes
{
    /// <summary>Bits of an element.</summary>
    public static int Bits(this SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F4 => 4,
        SafetensorsDtype.F6_E2M3 or SafetensorsDtype.F6_E3M2 => 6,
        <= SafetensorsDtype.F8_E8M0 => 8,
        <= SafetensorsDtype.BF16 => 16,
        <= SafetensorsDtype.F32 => 32,
        _ => 64,
    };

    /// <summary>Whether elements may be read as <typeparamref name="T"/>.</summary>
    public static bool IsReadableAs<T>(this SafetensorsDtype dtype)
        where T : unmanaged => dtype switch
        {
            SafetensorsDtype.BF16 => typeof(T) == typeof(BFloat16),
            SafetensorsDtype.F16 => typeof(T) == typeof(Half),
            SafetensorsDtype.F32 => typeof(T) == typeof(float),
            SafetensorsDtype.F64 => typeof(T) == typeof(double),
            SafetensorsDtype.I8 => typeof(T) == typeof(sbyte),
            SafetensorsDtype.I16 => typeof(T) == typeof(short),
            SafetensorsDtype.U16 => typeof(T) == typeof(ushort),
            SafetensorsDtype.I32 => typeof(T) == typeof(int),
            SafetensorsDtype.U32 => typeof(T) == typeof(uint),
            SafetensorsDtype.I64 => typeof(T) == typeof(long),
            SafetensorsDtype.U64 => typeof(T) == typeof(ulong),
            SafetensorsDtype.C64 => false,
            _ => typeof(T) == typeof(byte),
        };
    /// <summary>The element type of a C# type; <see cref="SafetensorsDtype.U8"/> for bytes.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static SafetensorsDtype Of<T>()
        where T : unmanaged
    {
        foreach (SafetensorsDtype dtype in Enum.GetValues<SafetensorsDtype>())
        {
            if ((typeof(T) != typeof(byte) || dtype == SafetensorsDtype.U8) && dtype.IsReadableAs<T>())
            {
                return dtype;
            }
        }

        throw new NotSupportedException($"Element type {typeof(T)} is none of safetensors; allowed are MoeGen.BFloat16, System.Half, float, double and integers of 8 to 64 bits.");
    }
}
