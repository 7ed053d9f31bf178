using MoeGen.Native;

namespace MoeGen.Tests;

internal sealed unsafe partial class FakeCudaDriver
{
    private readonly Dictionary<nint, ulong> _streamIds = [];
    private readonly HashSet<nint> _destroyedStreams = [];
    private ulong _nextStreamId;

    public int LiveStreams { get; private set; }

    public int LiveEvents { get; private set; }

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
}
