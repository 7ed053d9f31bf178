namespace MoeGen;

/// <summary>Whether a layer uses an entry of its tuning table.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Ignored">Why it is not used; empty where it is.</param>
public sealed record TuningMatch(TuningEntry Entry, string Ignored);
