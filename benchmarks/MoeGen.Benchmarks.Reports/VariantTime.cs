namespace MoeGen.Benchmarks;

/// <summary>Median microseconds a layer of one variant.</summary>
public sealed record VariantTime(string Name, double Microseconds);
