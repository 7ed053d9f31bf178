namespace MoeGen.Checkpoints;

/// <summary>What quantization_config says about weights of integers.</summary>
/// <param name="Packing">Where they are.</param>
/// <param name="Bits">4 or 8.</param>
/// <param name="GroupSize">Elements along a row that share a scale; 0: a whole row does.</param>
/// <param name="HasZeroPoints">Whether zero points are stored that may be others than the middle.</param>
internal sealed record IntegerScheme(IntegerPacking Packing, int Bits, int GroupSize, bool HasZeroPoints)
{
    /// <summary>Whether activations are 8-bit integers too.</summary>
    public bool QuantizesActivations { get; init; }

    /// <summary>Whether the activations' scales are stored.</summary>
    public bool HasInputScales { get; init; }

    /// <summary>Added to a stored zero point, modulo 16: 1 in GPTQ's first format.</summary>
    public int ZeroPointOffset { get; init; }

    /// <summary>Elements that share a scale in rows of so many.</summary>
    public int GroupOf(int columns) => GroupSize == 0 ? columns : GroupSize;
}
