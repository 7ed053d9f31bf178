namespace MoeGen.Checkpoints;

#pragma warning disable CA1707 // The names of the format.

/// <summary>Element types of the safetensors format, with its names.</summary>
public enum SafetensorsDtype
{
    /// <summary>1 byte, 0 or 1.</summary>
    BOOL,

    /// <summary>Two 4-bit floats (e2m1) a byte.</summary>
    F4,

    /// <summary>6-bit float, 2 exponent bits; packed.</summary>
    F6_E2M3,

    /// <summary>6-bit float, 3 exponent bits; packed.</summary>
    F6_E3M2,

    /// <summary>Unsigned, 1 byte.</summary>
    U8,

    /// <summary>Signed, 1 byte.</summary>
    I8,

    /// <summary>8-bit float, 5 exponent bits.</summary>
    F8_E5M2,

    /// <summary>8-bit float, 4 exponent bits.</summary>
    F8_E4M3,

    /// <summary>A power of two, 8 exponent bits.</summary>
    F8_E8M0,

    /// <summary>Signed, 2 bytes.</summary>
    I16,

    /// <summary>Unsigned, 2 bytes.</summary>
    U16,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>bfloat16.</summary>
    BF16,

    /// <summary>Signed, 4 bytes.</summary>
    I32,

    /// <summary>Unsigned, 4 bytes.</summary>
    U32,

    /// <summary>Single precision.</summary>
    F32,

    /// <summary>Complex of two single-precision numbers.</summary>
    C64,

    /// <summary>Double precision.</summary>
    F64,

    /// <summary>Signed, 8 bytes.</summary>
    I64,

    /// <summary>Unsigned, 8 bytes.</summary>
    U64,
}
