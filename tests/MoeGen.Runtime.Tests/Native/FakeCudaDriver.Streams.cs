using MoeGen.Native;

namespace MoeGen.Tests;

internal sealed unsafe partial class FakeCudaDriver
{
    private readonly HashSet<nint> _capturing = [];

    public int LiveStreams { get; private set; }

    public int LiveEvents { get; private set; }

    public int LiveGraphs { get; private set; }

    public int LiveExecutables { get; private set; }

    public int GraphLaunches { get; private set; }

    public int CaptureMode { get; private set; } = -1;

    public bool Busy { get; set; }

    /// <summary>Which stream was told to wait for which event.</summary>
    public List<(nint Stream, nint Event)> Waits { get; } = [];

    public List<(nint Stream, nint Event)> Records { get; } = [];

    public List<nint> SynchronizedStreams { get; } = [];

    public CudaResult CreateStream(out nint stream, uint flags)
    {
        stream = NextHandle();
        LiveStreams++;
        return Enter(nameof(CreateStream));
    }

    public CudaResult DestroyStream(nint stream)
    {
        LiveStreams--;
        return CudaResult.Success;
    }

    public CudaResult SynchronizeStream(nint stream)
    {
        SynchronizedStreams.Add(stream);
        return Enter(nameof(SynchronizeStream));
    }

    public CudaResult QueryStream(nint stream) => Busy ? CudaResult.NotReady : Enter(nameof(QueryStream));

    public CudaResult GetCaptureStatus(nint stream, out int status)
    {
        status = _capturing.Contains(stream) ? 1 : 0;
        return Enter(nameof(GetCaptureStatus));
    }

    public CudaResult WaitForEvent(nint stream, nint cudaEvent, uint flags)
    {
        Waits.Add((stream, cudaEvent));
        return Enter(nameof(WaitForEvent));
    }

    public CudaResult CreateEvent(out nint cudaEvent, uint flags)
    {
        cudaEvent = NextHandle();
        LiveEvents++;

        // Flag 2 would switch timing off.
        return (flags & 2) == 0 ? Enter(nameof(CreateEvent)) : CudaResult.InvalidValue;
    }

    public CudaResult RecordEvent(nint cudaEvent, nint stream)
    {
        Records.Add((stream, cudaEvent));
        return Enter(nameof(RecordEvent));
    }

    public CudaResult SynchronizeEvent(nint cudaEvent) => Enter(nameof(SynchronizeEvent));

    public CudaResult GetElapsedMilliseconds(out float milliseconds, nint start, nint end)
    {
        milliseconds = end - start;
        return Enter(nameof(GetElapsedMilliseconds));
    }

    public CudaResult DestroyEvent(nint cudaEvent)
    {
        LiveEvents--;
        return CudaResult.Success;
    }

    public CudaResult BeginCapture(nint stream, int mode)
    {
        CaptureMode = mode;
        return _capturing.Add(stream) ? Enter(nameof(BeginCapture)) : CudaResult.InvalidValue;
    }

    public CudaResult EndCapture(nint stream, out nint graph)
    {
        graph = 0;
        if (!_capturing.Remove(stream))
        {
            return CudaResult.InvalidValue;
        }

        CudaResult code = Enter(nameof(EndCapture));
        if (code == CudaResult.Success)
        {
            graph = NextHandle();
            LiveGraphs++;
        }

        return code;
    }

    public CudaResult InstantiateGraph(out nint executable, nint graph, ulong flags)
    {
        executable = 0;
        CudaResult code = Enter(nameof(InstantiateGraph));
        if (code == CudaResult.Success)
        {
            executable = NextHandle();
            LiveExecutables++;
        }

        return code;
    }

    public CudaResult LaunchGraph(nint executable, nint stream)
    {
        GraphLaunches++;
        return Enter(nameof(LaunchGraph));
    }

    public CudaResult DestroyGraph(nint graph)
    {
        LiveGraphs--;
        return CudaResult.Success;
    }

    public CudaResult DestroyGraphExecutable(nint executable)
    {
        LiveExecutables--;
        return CudaResult.Success;
    }
}
