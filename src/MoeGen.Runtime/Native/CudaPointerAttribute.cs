namespace MoeGen.Native;

/// <summary>Pointer attributes the runtime reads (CUpointer_attribute); the value is a 4-byte integer for both.</summary>
internal enum CudaPointerAttribute
{
    /// <summary>1 host, 2 device, 4 unified.</summary>
    MemoryType = 2,

    DeviceOrdinal = 9,
}
