namespace MoeGen.Native;

/// <summary>The driver's codes after which a context is unusable: every later call reports them again.</summary>
internal static class StickyErrors
{
    internal static bool Contains(CudaResult code) => (int)code is
        4          // DEINITIALIZED: the driver shuts down
        or 46      // DEVICE_UNAVAILABLE
        or 214     // ECC_UNCORRECTABLE
        or 220     // NVLINK_UNCORRECTABLE
        or 226     // CONTAINED: an error that the GPU has contained
        or 700     // ILLEGAL_ADDRESS
        or 702     // LAUNCH_TIMEOUT
        or 709     // CONTEXT_IS_DESTROYED: another library reset the device
        or 710     // ASSERT
        or 714     // HARDWARE_STACK_ERROR
        or 715     // ILLEGAL_INSTRUCTION
        or 716     // MISALIGNED_ADDRESS
        or 717     // INVALID_ADDRESS_SPACE
        or 718     // INVALID_PC
        or 719     // LAUNCH_FAILED
        or 721     // TENSOR_MEMORY_LEAK
        or 806     // MPS_RPC_FAILURE
        or 810;    // MPS_CLIENT_TERMINATED
}
