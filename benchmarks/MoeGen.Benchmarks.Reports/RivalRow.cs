namespace MoeGen.Benchmarks;

/// <summary>What a rival did at one point; times are null where it failed, and <see cref="Error"/> says why.</summary>
/// <param name="Rival">Its name.</param>
/// <param name="Model">Name of the shape.</param>
/// <param name="Tokens">T.</param>
/// <param name="Routing">How experts were chosen: the same ids as ours.</param>
/// <param name="Microseconds">A layer, on the device (with what it waits for on the host, if it is eager).</param>
/// <param name="RelativeL2">Against the layer in fp32, before timing.</param>
/// <param name="Configuration">What it chose, for instance tiles.</param>
/// <param name="Error">Why there is no time.</param>
public sealed record RivalRow(
    string Rival, string Model, int Tokens, RoutingPattern Routing, Spread? Microseconds, double? RelativeL2, string? Configuration, string? Error);
