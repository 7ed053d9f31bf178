using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using MoeGen.Native;

namespace MoeGen.Tests;

/// <summary>
/// A device without a GPU. Host memory lies behind its addresses, so copies really copy; like the driver it refuses what is
/// out of range, and everything that needs a current context when the thread has none.
/// </summary>
internal sealed unsafe partial class FakeCudaDriver : ICudaDriver, IDisposable
{
    public const nint Context = 0x1000;

    // By thread. Finalisers may still release something when the test is over.
    private readonly ConcurrentDictionary<int, nint> _current = [];
    private readonly Lock _lock = new();
    private CudaResult? _lost;
    private long _nextHandle = 0x2000;

    public int DeviceCount { get; set; } = 1;

    public CudaResult InitializeResult { get; set; }

    /// <summary>
    /// What the next call of the named method returns instead of doing anything. A code that loses the context is what every
    /// later call returns too, as the driver does.
    /// </summary>
    public (string Method, CudaResult Code)? NextFailure { get; set; }

    /// <summary>The call, counted from now and from 0, that fails with a code, whatever it is; null once it has.</summary>
    public (int Call, CudaResult Code)? FailureAt { get; set; }

    /// <summary>The method that <see cref="FailureAt"/> has met.</summary>
    public string FailedMethod { get; private set; } = "";

    /// <summary>Calls that work on the current context, releases apart.</summary>
    public int Calls { get; private set; }

    /// <summary>Everything that must be released; all zero in the end.</summary>
    public (int Memory, int HostMemory, int Modules, int Streams, int Events, int Graphs, int Executables) Live =>
        (LiveAllocations, LiveHostAllocations, LiveModules, LiveStreams, LiveEvents, LiveGraphs, LiveExecutables);

    public int OptinSharedBytes { get; set; } = 101376;

    public int MultiprocessorCount { get; init; } = 72;

    public int MemoryBusBits { get; init; } = 384;

    public ComputeCapability Capability { get; set; } = new(8, 6);

    public int ContextReferences { get; private set; }

    public int Synchronizations { get; private set; }

    public CudaResult Initialize() => InitializeResult;

    public CudaResult GetDriverVersion(out int version)
    {
        version = 13010;
        return CudaResult.Success;
    }

    public string GetErrorName(CudaResult code) => code switch
    {
        CudaResult.InvalidValue => "CUDA_ERROR_INVALID_VALUE",
        CudaResult.OutOfMemory => "CUDA_ERROR_OUT_OF_MEMORY",
        CudaResult.InvalidContext => "CUDA_ERROR_INVALID_CONTEXT",
        CudaResult.NotFound => "CUDA_ERROR_NOT_FOUND",
        _ => "CUDA_ERROR_OTHER",
    };

    public string GetErrorDescription(CudaResult code) => $"description of {(int)code}";

    public CudaResult GetDeviceCount(out int count)
    {
        count = DeviceCount;
        return CudaResult.Success;
    }

    public CudaResult GetDevice(out int device, int ordinal)
    {
        device = ordinal;
        return CudaResult.Success;
    }

    public CudaResult GetDeviceName(out string name, int device)
    {
        name = "Fake A10";
        return CudaResult.Success;
    }

    public CudaResult GetDeviceAttribute(out int value, CudaDeviceAttribute attribute, int device)
    {
        value = attribute switch
        {
            CudaDeviceAttribute.ClockKilohertz => 1_695_000,
            CudaDeviceAttribute.MultiprocessorCount => MultiprocessorCount,
            CudaDeviceAttribute.MemoryClockKilohertz => 6_251_000,
            CudaDeviceAttribute.MemoryBusBits => MemoryBusBits,
            CudaDeviceAttribute.L2CacheBytes => 6291456,
            CudaDeviceAttribute.ComputeCapabilityMajor => Capability.Major,
            CudaDeviceAttribute.ComputeCapabilityMinor => Capability.Minor,
            CudaDeviceAttribute.SharedMemoryPerBlockOptin => OptinSharedBytes,
            _ => -1,
        };
        return CudaResult.Success;
    }

    public CudaResult GetDeviceTotalMemory(out nuint bytes, int device)
    {
        bytes = unchecked((nuint)(24UL << 30));
        return CudaResult.Success;
    }

    public CudaResult RetainPrimaryContext(out nint context, int device)
    {
        context = Context + device;
        CudaResult failure = Fail(nameof(RetainPrimaryContext));
        if (failure == CudaResult.Success)
        {
            ContextReferences++;
        }

        return failure;
    }

    public CudaResult ReleasePrimaryContext(int device)
    {
        ContextReferences--;
        if (ContextReferences == 0)
        {
            // A primary context that no one holds is destroyed; the next one is new.
            _lost = null;
        }

        return CudaResult.Success;
    }

    public CudaResult SetCurrentContext(nint context)
    {
        _current[Environment.CurrentManagedThreadId] = context;
        return CudaResult.Success;
    }

    public CudaResult SynchronizeContext()
    {
        lock (_lock)
        {
            Synchronizations++;
            CudaResult code = _capturing.Count > 0 ? (CudaResult)900 : Enter(nameof(SynchronizeContext));
            if (code == CudaResult.Success)
            {
                _pending.Clear();
            }

            return code;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (ulong address in _allocations.Keys)
            {
                NativeMemory.AlignedFree((void*)address);
            }

            _allocations.Clear();
        }
    }

    private bool HasCurrent => _current.GetValueOrDefault(Environment.CurrentManagedThreadId) != 0;

    private nint NextHandle() => (nint)Interlocked.Add(ref _nextHandle, 0x10);

    /// <summary>What every function of the driver does first that works on the current context.</summary>
    private CudaResult Enter(string method) => !HasCurrent ? CudaResult.InvalidContext : Fail(method);

    private CudaResult Fail(string method)
    {
        lock (_lock)
        {
            Calls++;
            if (_lost is { } lost)
            {
                return lost;
            }

            CudaResult code = CudaResult.Success;
            if (NextFailure is { } failure && failure.Method == method)
            {
                NextFailure = null;
                code = failure.Code;
            }
            else if (FailureAt is { } at)
            {
                FailureAt = at.Call == 0 ? null : (at.Call - 1, at.Code);
                (FailedMethod, code) = at.Call == 0 ? (method, at.Code) : (FailedMethod, code);
            }

            _lost = StickyErrors.Contains(code) ? code : null;
            return code;
        }
    }
}
