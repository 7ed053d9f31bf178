using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of the router's linear layer; the same layout as the struct of this name in templates/routing.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct RouterLogitsArguments<T>
    where T : unmanaged
{
    /// <summary>[T, H].</summary>
    public DevicePointer<T> Input;

    /// <summary>fp32 [rows, H]: the E routed experts, then the shared experts' gate where there is one.</summary>
    public DevicePointer<float> Weight;

    /// <summary>fp32 [parts, T, E]; written.</summary>
    public DevicePointer<float> RouterLogits;

    /// <summary>fp32 [parts, T]; written where there is a gate.</summary>
    public DevicePointer<float> SharedGateLogits;

    /// <summary>Tokens from this number on, read when the kernel runs, are left out; null means T.</summary>
    public DevicePointer<int> NumTokensOnDevice;

    /// <summary>T.</summary>
    public int NumTokens;

    /// <summary>E.</summary>
    public int NumExperts;

    /// <summary>E, with a gate E + 1.</summary>
    public int NumRows;

    /// <summary>H, a multiple of 8.</summary>
    public int HiddenSize;

    /// <summary>Parts that the depth is divided into.</summary>
    public int Parts;

    /// <summary>Elements of each part but the last, a multiple of 64.</summary>
    public int PartDepth;
}
