using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>From the ids that callers use to the experts of this device; the same layout as LocalExperts in templates/routing.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LocalExpertArguments
{
    /// <summary>Local id of each global id, or -1; null: the experts from <see cref="First"/> on are local.</summary>
    public DevicePointer<int> Map;

    /// <summary>Global id of local expert 0 where there is no map.</summary>
    public int First;

    /// <summary>Length of the map.</summary>
    public int NumGlobal;

    /// <summary>E, the experts of this device, at most 1024.</summary>
    public int NumLocal;

    /// <summary>Keeps the size a multiple of 8.</summary>
    public int Reserved;
}
