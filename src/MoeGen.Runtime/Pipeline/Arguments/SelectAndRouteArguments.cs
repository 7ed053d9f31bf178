using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of choice and sort in one launch; the same layout as the struct of this name in templates/routing.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SelectAndRouteArguments
{
    /// <summary>Of the choice of experts.</summary>
    public SelectExpertsArguments Select;

    /// <summary>Of the sort.</summary>
    public RouteArguments Route;

    /// <summary>Counts the blocks that have begun, uint32 [1]; zero between launches.</summary>
    public DevicePointer<uint> BegunBlocks;

    /// <summary>The choices on their way to the block that sorts, uint32 [T * (K + S)]; zero between launches.</summary>
    public DevicePointer<uint> ChosenExperts;
}
