namespace MoeGen;

/// <summary>The sizes that the attribute states, and that are constants of the kernels; 0 where one is given at run time.</summary>
/// <param name="NumExperts">E.</param>
/// <param name="TopK">K.</param>
/// <param name="HiddenSize">H.</param>
/// <param name="IntermediateSize">I.</param>
public sealed record StaticShape(int NumExperts = 0, int TopK = 0, int HiddenSize = 0, int IntermediateSize = 0);
