using MoeGen.Native;

namespace MoeGen.Tests;

internal sealed unsafe partial class FakeCudaDriver
{
    private readonly Dictionary<nint, List<FakeWork>> _capturing = [];
    private readonly Dictionary<nint, List<FakeWork>> _graphs = [];
    private readonly Dictionary<nint, ulong> _streamIds = [];
    private readonly HashSet<nint> _destroyedStreams = [];
    private ulong _nextStreamId;

    public int LiveStreams { get; private set; }

    public int LiveEvents { get; private set; }

    public int LiveGraphs { get; private set; }

    public int LiveExecutables { get; private set; }

    public int GraphLaunches { get; private set; }

    public int CaptureMode { get; private set; } = -1;

    public bool Busy { get; set; }

    /// <summary>Whether a new stream gets the handle of one that was destroyed, as the driver may do.</summary>
    public bool ReusesStreamHandles { get; set; }

    /// <summary>Which stream was told to wait for which event.</summary>
    public List<(nint Stream, nint Event)> Waits { get; } = [];

    public List<(nint Stream, nint Event)> Records { get; } = [];

    public List<nint> SynchronizedStreams { get; } = [];

    /// <summary>What a test does while a thread waits for a stream.</summary>
    public Action? DuringSynchronize { get; set; }

    /// <summary>Another library destroys its stream, and its next one has the same handle.</summary>
    public void ReplaceForeignStream(nint stream) => _streamIds[stream] = ++_nextStreamId;

    public CudaResult CreateStream(out nint stream, uint flags)
    {
        lock (_lock)
        {
            stream = 0;
            CudaResult code = Enter(nameof(CreateStream));
            if (code == CudaResult.Success)
            {
                stream = ReusesStreamHandles && _destroyedStreams.Count > 0 ? _destroyedStreams.First() : NextHandle();
                _destroyedStreams.Remove(stream);
                _streamIds[stream] = ++_nextStreamId;
                LiveStreams++;
            }

            return code;
        }
    }

    public CudaResult DestroyStream(nint stream)
    {
        lock (_lock)
        {
            LiveStreams--;
            _destroyedStreams.Add(stream);
            return Released();
        }
    }

    public CudaResult SynchronizeStream(nint stream)
    {
        DuringSynchronize?.Invoke();
        lock (_lock)
        {
            SynchronizedStreams.Add(stream);
            _pending.RemoveAll(pending => pending.Stream == stream);
            return Enter(nameof(SynchronizeStream));
        }
    }

    public CudaResult QueryStream(nint stream) => Busy ? CudaResult.NotReady : Enter(nameof(QueryStream));

    public CudaResult GetCaptureStatus(nint stream, out int status)
    {
        lock (_lock)
        {
            status = _capturing.ContainsKey(stream) ? 1 : 0;
            return Enter(nameof(GetCaptureStatus));
        }
    }

    public CudaResult GetStreamId(nint stream, out ulong id)
    {
        lock (_lock)
        {
            if (!_streamIds.TryGetValue(stream, out id))
            {
                _streamIds[stream] = id = ++_nextStreamId;
            }

            return _capturing.ContainsKey(stream) ? (CudaResult)900 : Enter(nameof(GetStreamId));
        }
    }

    public CudaResult WaitForEvent(nint stream, nint cudaEvent, uint flags)
    {
        lock (_lock)
        {
            Waits.Add((stream, cudaEvent));
            return Enter(nameof(WaitForEvent));
        }
    }

    public CudaResult CreateEvent(out nint cudaEvent, uint flags)
    {
        lock (_lock)
        {
            cudaEvent = 0;

            // Flag 2 would switch timing off.
            CudaResult code = (flags & 2) == 0 ? Enter(nameof(CreateEvent)) : CudaResult.InvalidValue;
            if (code == CudaResult.Success)
            {
                cudaEvent = NextHandle();
                LiveEvents++;
            }

            return code;
        }
    }

    public CudaResult RecordEvent(nint cudaEvent, nint stream)
    {
        lock (_lock)
        {
            Records.Add((stream, cudaEvent));
            return Enter(nameof(RecordEvent));
        }
    }

    public CudaResult SynchronizeEvent(nint cudaEvent) => Enter(nameof(SynchronizeEvent));

    public CudaResult GetElapsedMilliseconds(out float milliseconds, nint start, nint end)
    {
        milliseconds = end - start;
        return Enter(nameof(GetElapsedMilliseconds));
    }

    public CudaResult DestroyEvent(nint cudaEvent)
    {
        lock (_lock)
        {
            LiveEvents--;
            return Released();
        }
    }

    public CudaResult BeginCapture(nint stream, int mode)
    {
        lock (_lock)
        {
            CaptureMode = mode;
            CudaResult code = _capturing.ContainsKey(stream) ? CudaResult.InvalidValue : Enter(nameof(BeginCapture));
            if (code == CudaResult.Success)
            {
                _capturing.Add(stream, []);
            }

            return code;
        }
    }

    public CudaResult EndCapture(nint stream, out nint graph)
    {
        lock (_lock)
        {
            graph = 0;
            if (!_capturing.Remove(stream, out List<FakeWork>? work))
            {
                return CudaResult.InvalidValue;
            }

            CudaResult code = Enter(nameof(EndCapture));
            if (code == CudaResult.Success)
            {
                graph = NextHandle();
                _graphs.Add(graph, work);
                LiveGraphs++;
            }

            return code;
        }
    }

    public CudaResult InstantiateGraph(out nint executable, nint graph, ulong flags)
    {
        lock (_lock)
        {
            executable = 0;
            CudaResult code = Enter(nameof(InstantiateGraph));
            if (code == CudaResult.Success)
            {
                executable = NextHandle();
                _graphs.Add(executable, _graphs[graph]);
                LiveExecutables++;
            }

            return code;
        }
    }

    public CudaResult LaunchGraph(nint executable, nint stream)
    {
        lock (_lock)
        {
            GraphLaunches++;
            CudaResult code = Enter(nameof(LaunchGraph));
            if (code == CudaResult.Success && RecordLaunches)
            {
                _graphs[executable].ForEach(work => Enqueue(work, stream));
            }

            return code;
        }
    }

    public CudaResult DestroyGraph(nint graph)
    {
        lock (_lock)
        {
            _graphs.Remove(graph);
            LiveGraphs--;
            return Released();
        }
    }

    public CudaResult DestroyGraphExecutable(nint executable)
    {
        lock (_lock)
        {
            _graphs.Remove(executable);
            LiveExecutables--;
            return Released();
        }
    }
}
