namespace MoeGen.Interop;

/// <summary>Element types in DLPack's terms.</summary>
internal static unsafe class DlpackDataTypes
{
    private const byte Int = 0, UInt = 1, Float = 2, Bfloat = 4;

    /// <exception cref="NotSupportedException"><typeparamref name="T"/> has no counterpart.</exception>
    public static DlpackDataType Of<T>()
        where T : unmanaged
    {
        byte code = typeof(T) == typeof(BFloat16) ? Bfloat
            : typeof(T) == typeof(Half) || typeof(T) == typeof(float) || typeof(T) == typeof(double) ? Float
            : typeof(T) == typeof(sbyte) || typeof(T) == typeof(short) || typeof(T) == typeof(int) || typeof(T) == typeof(long) ? Int
            : typeof(T) == typeof(byte) || typeof(T) == typeof(ushort) || typeof(T) == typeof(uint) || typeof(T) == typeof(ulong) ? UInt
            : throw new NotSupportedException(
                $"Element type {typeof(T)} is none of DLPack; allowed are MoeGen.BFloat16, System.Half, float, double and integers of 8 to 64 bits.");
        return new DlpackDataType(code, (byte)(sizeof(T) * 8), 1);
    }

    /// <summary>For instance <c>bfloat16</c>.</summary>
    public static string Describe(DlpackDataType type)
    {
        string name = type.Code switch
        {
            Int => "int",
            UInt => "uint",
            Float => "float",
            Bfloat => "bfloat",
            _ => $"type code {type.Code}, bits ",
        };
        return $"{name}{type.Bits}{(type.Lanes == 1 ? "" : $" x {type.Lanes} lanes")}";
    }
}
