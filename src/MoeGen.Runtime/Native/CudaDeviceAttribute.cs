namespace MoeGen.Native;

/// <summary>Device attributes the runtime reads (CUdevice_attribute).</summary>
internal enum CudaDeviceAttribute
{
    MultiprocessorCount = 16,
    L2CacheBytes = 38,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
    SharedMemoryPerBlockOptin = 97,
}
