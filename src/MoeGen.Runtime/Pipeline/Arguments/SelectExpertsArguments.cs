using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>
/// Arguments of the choice of experts; the same layout as the struct of this name in templates/routing. S experts that every token
/// visits stand behind the E routed ones.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct SelectExpertsArguments
{
    /// <summary>Router logits, fp32 [parts, T, E]; of several parts, their sums take the place of the first.</summary>
    public DevicePointer<float> RouterLogits;

    /// <summary>Added to the logits, fp32 [E]; null means none.</summary>
    public DevicePointer<float> RouterBias;

    /// <summary>Added to what ranks the experts, fp32 [E]; null means none.</summary>
    public DevicePointer<float> SelectionBias;

    /// <summary>The shared experts' scales are sigmoids of these, fp32 [parts, T]; null means 1.</summary>
    public DevicePointer<float> SharedGateLogits;

    /// <summary>Chosen ids, int32 [T, K + S], best first, then the shared ones.</summary>
    public DevicePointer<int> TokenSelectedExperts;

    /// <summary>Their scales, fp32 [T, K + S].</summary>
    public DevicePointer<float> TokenFinalScales;

    /// <summary>
    /// Scales of the experts' input, fp32 [T, K + S], where the method scales that: then the routed experts' final scales are 1; else null.
    /// </summary>
    public DevicePointer<float> TokenInputScales;

    /// <summary>Tokens from this number on, read when the kernel runs, are left out; null means T.</summary>
    public DevicePointer<int> NumTokensOnDevice;

    /// <summary>T.</summary>
    public int NumTokens;

    /// <summary>E, at most 1024.</summary>
    public int NumExperts;

    /// <summary>K, at most E.</summary>
    public int TopK;

    /// <summary>S; K + S is at most 32.</summary>
    public int NumSharedExperts;

    /// <summary>Groups of experts, 1 to 32.</summary>
    public int NumExpertGroups;

    /// <summary>Groups that a token's experts are taken from.</summary>
    public int NumSelectedGroups;

    /// <summary>1 where the scales are divided by their sum, with methods that leave it open; else 0.</summary>
    public int Renormalize;

    /// <summary>Factor of the scales of the K.</summary>
    public float RoutedScalingFactor;

    /// <summary>As <see cref="RouterOptions.JitterEpsilon"/>.</summary>
    public float JitterEpsilon;

    /// <summary>Parts whose sums the logits are; 0 and 1 mean the same.</summary>
    public int LogitParts;
}
