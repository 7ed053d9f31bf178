using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of the top-k kernel; the same layout as the struct of this name in templates/routing.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SelectExpertsArguments
{
    /// <summary>Router logits, fp32 [T, E].</summary>
    public DevicePointer<float> RouterLogits;

    /// <summary>Chosen ids, int32 [T, K], most probable first.</summary>
    public DevicePointer<int> TokenSelectedExperts;

    /// <summary>Their scales, fp32 [T, K].</summary>
    public DevicePointer<float> TokenFinalScales;

    /// <summary>T.</summary>
    public int NumTokens;

    /// <summary>E, at most 1024.</summary>
    public int NumExperts;

    /// <summary>K, at most 32 and at most E.</summary>
    public int TopK;

    /// <summary>Keeps the size a multiple of 8.</summary>
    public int Reserved;
}
