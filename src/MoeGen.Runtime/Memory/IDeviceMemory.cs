using MoeGen.Native;

namespace MoeGen;

/// <summary>Device memory, whatever its elements are.</summary>
internal interface IDeviceMemory
{
    /// <summary>Whether it may not be used any more.</summary>
    bool IsDisposed { get; }

    /// <summary>What frees it; null where another library does.</summary>
    CudaResourceHandle? Resource { get; }
}
