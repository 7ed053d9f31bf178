namespace MoeGen.Native;

/// <summary>Device attributes the runtime reads (CUdevice_attribute).</summary>
internal enum CudaDeviceAttribute
{
    ClockKilohertz = 13,
    MultiprocessorCount = 16,
    MemoryClockKilohertz = 36,
    MemoryBusBits = 37,
    L2CacheBytes = 38,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
    SharedMemoryPerBlockOptin = 97,
}
