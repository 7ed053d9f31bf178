namespace MoeGen.Generators.Models;

/// <summary>The attribute's arguments as written; null where left out.</summary>
/// <param name="Dtype">Element type.</param>
/// <param name="Activation">The function between the two GEMMs.</param>
/// <param name="Tile">Thread-block tile, unparsed.</param>
/// <param name="Stages">Pipeline stages.</param>
/// <param name="Routing">How experts are chosen.</param>
/// <param name="SwigluAlpha">Factor inside the sigmoid.</param>
/// <param name="SwigluBeta">Added to the clamped up value.</param>
/// <param name="SwigluLimit">Bound of gate and up.</param>
/// <param name="NumExperts">E.</param>
/// <param name="TopK">K.</param>
/// <param name="HiddenSize">H.</param>
/// <param name="IntermediateSize">I.</param>
/// <param name="Gemm">Who multiplies.</param>
/// <param name="OutputDtype">Element type of input and output where Dtype is INT8.</param>
/// <param name="Weights">How the weights are stored.</param>
/// <param name="GroupSize">Elements of a weight row that share a scale.</param>
/// <param name="ZeroPoints">Whether groups have zero points.</param>
/// <param name="Unreadable">Whether an argument does not compile, so that the compiler reports it and the rules stay silent.</param>
internal sealed record MoeSettings(
    Dtype? Dtype = null,
    Activation? Activation = null,
    string? Tile = null,
    int? Stages = null,
    RoutingMethod? Routing = null,
    float? SwigluAlpha = null,
    float? SwigluBeta = null,
    float? SwigluLimit = null,
    int? NumExperts = null,
    int? TopK = null,
    int? HiddenSize = null,
    int? IntermediateSize = null,
    Gemm? Gemm = null,
    Dtype? OutputDtype = null,
    WeightFormat? Weights = null,
    int? GroupSize = null,
    bool? ZeroPoints = null,
    bool Unreadable = false)
{
    /// <summary>What the tensor cores multiply.</summary>
    public Operands Operands => WeightCoding.Of(this) switch
    {
        { QuantizesActivations: true } => new(1),
        var coding => new(2, coding.IsQuantized),
    };
}
