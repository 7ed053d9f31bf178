namespace MoeGen.Checkpoints;

/// <summary>How the integers of a quantised weight [N, K] lie in the file.</summary>
internal enum IntegerPacking
{
    /// <summary>compressed-tensors, int-quantized: NAME.weight I8 [N, K].</summary>
    Bytes,

    /// <summary>compressed-tensors, pack-quantized: NAME.weight_packed I32 [N, K * bits / 32], element j of a word at bit j * bits.</summary>
    Packed,

    /// <summary>AWQ: NAME.qweight I32 [K, N / 8], the eight rows of a word interleaved.</summary>
    Awq,

    /// <summary>GPTQ: NAME.qweight I32 [K / 8, N], element j of a word at bit 4 * j.</summary>
    Gptq,
}
