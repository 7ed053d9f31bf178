using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of the permutation of input rows; the same layout as the struct of this name in templates/permute.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct PermuteArguments<T>
    where T : unmanaged
{
    /// <summary>[T, H].</summary>
    public DevicePointer<T> Input;

    /// <summary>[rows, H] in sorted order; written.</summary>
    public DevicePointer<T> Permuted;

    /// <summary>int32 [E + 1]; the last entry is the number of rows.</summary>
    public DevicePointer<int> ExpertOffsets;

    /// <summary>Slot of each sorted row.</summary>
    public DevicePointer<int> SortedSlots;

    /// <summary>E.</summary>
    public int NumExperts;

    /// <summary>K.</summary>
    public int TopK;

    /// <summary>H.</summary>
    public int HiddenSize;

    /// <summary>Keeps the size a multiple of 8.</summary>
    public int Reserved;
}
