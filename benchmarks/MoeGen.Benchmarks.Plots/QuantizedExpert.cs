namespace MoeGen.Benchmarks.Plots;

/// <summary>An expert's row of <c>moegen quantize --json</c>.</summary>
/// <param name="Layer">Index of the layer.</param>
/// <param name="Expert">Index of the expert.</param>
/// <param name="WeightError">Relative L2 error of its weights.</param>
/// <param name="OutputError">That of its output; null where it was not measured.</param>
/// <param name="Scales">Its scales.</param>
public sealed record QuantizedExpert(int Layer, int Expert, double WeightError, double? OutputError, QuantizedScales Scales);
