using MoeGen.Native;

namespace MoeGen.KernelEmulator;

/// <summary>
/// A device without a GPU behind the runtime's own driver interface: kernels are compiled for the host and run while their
/// launch is called. A launch with a fault fails, and the error's description holds the faults. Threads may share a device; their
/// launches run one after the other.
/// </summary>
internal sealed unsafe partial class EmulatedCudaDriver : ICudaDriver, IDisposable
{
    private const nint Context = 0x1000;
    private const CudaResult LaunchFailed = (CudaResult)719;

    [ThreadStatic]
    private static EmulatedCudaDriver? t_current;

    private readonly List<EmulatedAllocation> _allocations = [];
    private readonly List<EmulatorFault> _faults = [];
    private readonly Lock _lock = new();
    private long _nextHandle = 0x2000;
    private string _lastFailure = "";

    /// <summary>The device whose context is current on this thread.</summary>
    public static EmulatedCudaDriver? Current => t_current;

    /// <summary>Every fault of every launch so far.</summary>
    public IReadOnlyList<EmulatorFault> Faults => _faults;

    /// <summary>Few, so that a persistent grid walks several tiles a block.</summary>
    public int Multiprocessors { get; init; } = 2;

    public int BlocksPerMultiprocessor { get; init; } = 1;

    /// <summary>Whether kernels are compiled with checks of every expression, beside those of every access.</summary>
    public bool ChecksExpressions { get; init; } = true;

    public CudaResult Initialize() => CudaResult.Success;

    public CudaResult GetDriverVersion(out int version)
    {
        version = 12000;
        return CudaResult.Success;
    }

    public string GetErrorName(CudaResult code) => code == LaunchFailed ? "CUDA_ERROR_LAUNCH_FAILED" : $"CUDA_ERROR_{(int)code}";

    public string GetErrorDescription(CudaResult code) => code == LaunchFailed ? _lastFailure : code.ToString();

    public CudaResult GetDeviceCount(out int count)
    {
        count = 1;
        return CudaResult.Success;
    }

    public CudaResult GetDevice(out int device, int ordinal)
    {
        device = ordinal;
        return ordinal == 0 ? CudaResult.Success : CudaResult.InvalidDevice;
    }

    public CudaResult GetDeviceName(out string name, int device)
    {
        name = "Emulated device";
        return CudaResult.Success;
    }

    public CudaResult GetDeviceAttribute(out int value, CudaDeviceAttribute attribute, int device)
    {
        value = attribute switch
        {
            CudaDeviceAttribute.ClockKilohertz => 1_410_000,
            CudaDeviceAttribute.MultiprocessorCount => Multiprocessors,
            CudaDeviceAttribute.MemoryClockKilohertz => 1_215_000,
            CudaDeviceAttribute.MemoryBusBits => 5120,
            CudaDeviceAttribute.L2CacheBytes => 1 << 19,  // small: timing overwrites twice as much before each replay
            CudaDeviceAttribute.ComputeCapabilityMajor => 8,
            CudaDeviceAttribute.ComputeCapabilityMinor => 0,
            CudaDeviceAttribute.SharedMemoryPerBlockOptin => 166912,
            _ => -1,
        };
        return value < 0 ? CudaResult.InvalidValue : CudaResult.Success;
    }

    public CudaResult GetDeviceTotalMemory(out nuint bytes, int device)
    {
        bytes = unchecked((nuint)(1UL << 32));
        return CudaResult.Success;
    }

    public CudaResult RetainPrimaryContext(out nint context, int device)
    {
        context = Context;
        return CudaResult.Success;
    }

    public CudaResult ReleasePrimaryContext(int device) => CudaResult.Success;

    public CudaResult SetCurrentContext(nint context)
    {
        t_current = this;
        return CudaResult.Success;
    }

    public CudaResult SynchronizeContext() => CudaResult.Success;

    public void Dispose()
    {
        lock (_lock)
        {
            _allocations.ForEach(allocation => allocation.Free());
            _allocations.Clear();
        }
    }

    private nint NextHandle() => (nint)Interlocked.Add(ref _nextHandle, 0x10);
}
