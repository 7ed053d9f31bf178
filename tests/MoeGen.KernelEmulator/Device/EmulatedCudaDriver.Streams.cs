using System.Diagnostics;
using MoeGen.Native;

namespace MoeGen.KernelEmulator;

internal sealed unsafe partial class EmulatedCudaDriver
{
    private readonly HashSet<nint> _streams = [];
    private readonly Dictionary<nint, long> _events = [];
    private readonly Dictionary<nint, List<Func<CudaResult>>> _capturing = [];
    private readonly Dictionary<nint, List<Func<CudaResult>>> _graphs = [];

    public CudaResult CreateStream(out nint stream, uint flags)
    {
        lock (_lock)
        {
            stream = NextHandle();
            _streams.Add(stream);
            return CudaResult.Success;
        }
    }

    public CudaResult DestroyStream(nint stream) => Destroy(() => _streams.Remove(stream));

    public CudaResult SynchronizeStream(nint stream) => NotCapturing(stream);

    public CudaResult QueryStream(nint stream) => NotCapturing(stream);

    public CudaResult GetCaptureStatus(nint stream, out int status)
    {
        lock (_lock)
        {
            status = _capturing.ContainsKey(stream) ? 1 : 0;
            return CudaResult.Success;
        }
    }

    public CudaResult GetStreamId(nint stream, out ulong id)
    {
        // Handles are never used twice here.
        id = (ulong)stream + 1;
        return NotCapturing(stream);
    }

    public CudaResult WaitForEvent(nint stream, nint cudaEvent, uint flags)
    {
        lock (_lock)
        {
            return _events.ContainsKey(cudaEvent) ? CudaResult.Success : CudaResult.InvalidValue;
        }
    }

    public CudaResult CreateEvent(out nint cudaEvent, uint flags)
    {
        lock (_lock)
        {
            cudaEvent = NextHandle();
            _events.Add(cudaEvent, 0);
            return CudaResult.Success;
        }
    }

    public CudaResult RecordEvent(nint cudaEvent, nint stream) => Enqueue(stream, () =>
    {
        _events[cudaEvent] = Stopwatch.GetTimestamp();
        return CudaResult.Success;
    });

    public CudaResult SynchronizeEvent(nint cudaEvent) => CudaResult.Success;

    public CudaResult GetElapsedMilliseconds(out float milliseconds, nint start, nint end)
    {
        lock (_lock)
        {
            milliseconds = (float)Stopwatch.GetElapsedTime(_events[start], _events[end]).TotalMilliseconds;
            return CudaResult.Success;
        }
    }

    public CudaResult DestroyEvent(nint cudaEvent) => Destroy(() => _events.Remove(cudaEvent));

    // The legacy default stream cannot be captured.
    public CudaResult BeginCapture(nint stream, int mode)
    {
        lock (_lock)
        {
            return stream != 0 && _capturing.TryAdd(stream, []) ? CudaResult.Success : CudaResult.InvalidValue;
        }
    }

    public CudaResult EndCapture(nint stream, out nint graph)
    {
        lock (_lock)
        {
            graph = NextHandle();
            if (!_capturing.Remove(stream, out List<Func<CudaResult>>? work))
            {
                return CudaResult.InvalidValue;
            }

            _graphs.Add(graph, work);
            return CudaResult.Success;
        }
    }

    public CudaResult InstantiateGraph(out nint executable, nint graph, ulong flags)
    {
        lock (_lock)
        {
            executable = NextHandle();
            _graphs.Add(executable, _graphs[graph]);
            return CudaResult.Success;
        }
    }

    public CudaResult LaunchGraph(nint executable, nint stream)
    {
        lock (_lock)
        {
            foreach (Func<CudaResult> work in _graphs[executable])
            {
                CudaResult code = Enqueue(stream, work);
                if (code != CudaResult.Success)
                {
                    return code;
                }
            }

            return CudaResult.Success;
        }
    }

    public CudaResult DestroyGraph(nint graph) => Destroy(() => _graphs.Remove(graph));

    public CudaResult DestroyGraphExecutable(nint executable) => Destroy(() => _graphs.Remove(executable));

    // Recorded while the stream is captured, else done at once.
    private CudaResult Enqueue(nint stream, Func<CudaResult> work)
    {
        lock (_lock)
        {
            if (_capturing.TryGetValue(stream, out List<Func<CudaResult>>? recorded))
            {
                recorded.Add(work);
                return CudaResult.Success;
            }

            return work();
        }
    }

    private CudaResult NotCapturing(nint stream)
    {
        lock (_lock)
        {
            return _capturing.ContainsKey(stream) ? (CudaResult)900 : CudaResult.Success;
        }
    }

    private CudaResult Destroy(Func<bool> remove)
    {
        lock (_lock)
        {
            return remove() ? CudaResult.Success : CudaResult.InvalidValue;
        }
    }
}
