namespace MoeGen.Generators.Models;

/// <summary>How the weights are stored, and whether activations are codes too.</summary>
/// <param name="Format">The weights' format.</param>
/// <param name="GroupSize">Elements along a row that share a scale; 0 where a whole row does.</param>
/// <param name="ZeroPoints">Whether groups have zero points.</param>
/// <param name="QuantizesActivations">Whether both GEMMs multiply 8-bit integers.</param>
internal sealed record WeightCoding(WeightFormat Format, int GroupSize = 0, bool ZeroPoints = false, bool QuantizesActivations = false)
{
    /// <summary>Elements of a group where none are stated.</summary>
    public const int DefaultGroupSize = 128;

    /// <summary>Elements of a group of MXFP4.</summary>
    public const int Mxfp4GroupSize = 32;

    /// <summary>Values of the element type.</summary>
    public static WeightCoding Elements { get; } = new(WeightFormat.SameAsDtype);

    /// <summary>Whether weights have scales.</summary>
    public bool IsQuantized => Format != WeightFormat.SameAsDtype;

    /// <summary>What settings say, defaults applied.</summary>
    public static WeightCoding Of(MoeSettings settings) => settings switch
    {
        { Dtype: Dtype.FP32 } => Elements,
        { Dtype: Dtype.INT8 } => new(WeightFormat.Int8PerChannel, QuantizesActivations: true),
        { Weights: WeightFormat.Int8PerChannel } => new(WeightFormat.Int8PerChannel),
        { Weights: WeightFormat.Int4Group } => new(WeightFormat.Int4Group, settings.GroupSize ?? DefaultGroupSize, settings.ZeroPoints ?? false),
        { Weights: WeightFormat.Mxfp4 } => new(WeightFormat.Mxfp4, Mxfp4GroupSize),
        _ => Elements,
    };

    /// <summary>In words, for comments; empty for elements.</summary>
    public override string ToString() => Format switch
    {
        WeightFormat.Int8PerChannel => "8-bit weights",
        WeightFormat.Int4Group => $"4-bit weights in groups of {GroupSize}{(ZeroPoints ? " with zero points" : "")}",
        WeightFormat.Mxfp4 => "MXFP4 weights",
        _ => "",
    };
}
