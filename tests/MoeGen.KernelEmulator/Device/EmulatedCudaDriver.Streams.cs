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
        stream = NextHandle();
        _streams.Add(stream);
        return CudaResult.Success;
    }

    public CudaResult DestroyStream(nint stream) => _streams.Remove(stream) ? CudaResult.Success : CudaResult.InvalidValue;

    public CudaResult SynchronizeStream(nint stream) => NotCapturing(stream);

    public CudaResult QueryStream(nint stream) => NotCapturing(stream);

    public CudaResult GetCaptureStatus(nint stream, out int status)
    {
        status = _capturing.ContainsKey(stream) ? 1 : 0;
        return CudaResult.Success;
    }

    public CudaResult WaitForEvent(nint stream, nint cudaEvent, uint flags) => _events.ContainsKey(cudaEvent) ? CudaResult.Success : CudaResult.InvalidValue;

    public CudaResult CreateEvent(out nint cudaEvent, uint flags)
    {
        cudaEvent = NextHandle();
        _events.Add(cudaEvent, 0);
        return CudaResult.Success;
    }

    public CudaResult RecordEvent(nint cudaEvent, nint stream) => Enqueue(stream, () =>
    {
        _events[cudaEvent] = Stopwatch.GetTimestamp();
        return CudaResult.Success;
    });

    public CudaResult SynchronizeEvent(nint cudaEvent) => CudaResult.Success;

    public CudaResult GetElapsedMilliseconds(out float milliseconds, nint start, nint end)
    {
        milliseconds = (float)Stopwatch.GetElapsedTime(_events[start], _events[end]).TotalMilliseconds;
        return CudaResult.Success;
    }

    public CudaResult DestroyEvent(nint cudaEvent) => _events.Remove(cudaEvent) ? CudaResult.Success : CudaResult.InvalidValue;

    // The legacy default stream cannot be captured.
    public CudaResult BeginCapture(nint stream, int mode) =>
        stream != 0 && _capturing.TryAdd(stream, []) ? CudaResult.Success : CudaResult.InvalidValue;

    public CudaResult EndCapture(nint stream, out nint graph)
    {
        graph = NextHandle();
        if (!_capturing.Remove(stream, out List<Func<CudaResult>>? work))
        {
            return CudaResult.InvalidValue;
        }

        _graphs.Add(graph, work);
        return CudaResult.Success;
    }

    public CudaResult InstantiateGraph(out nint executable, nint graph, ulong flags)
    {
        executable = NextHandle();
        _graphs.Add(executable, _graphs[graph]);
        return CudaResult.Success;
    }

    public CudaResult LaunchGraph(nint executable, nint stream)
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

    public CudaResult DestroyGraph(nint graph) => _graphs.Remove(graph) ? CudaResult.Success : CudaResult.InvalidValue;

    public CudaResult DestroyGraphExecutable(nint executable) => _graphs.Remove(executable) ? CudaResult.Success : CudaResult.InvalidValue;

    // Recorded while the stream is captured, else done at once.
    private CudaResult Enqueue(nint stream, Func<CudaResult> work)
    {
        if (_capturing.TryGetValue(stream, out List<Func<CudaResult>>? recorded))
        {
            recorded.Add(work);
            return CudaResult.Success;
        }

        return work();
    }

    private CudaResult NotCapturing(nint stream) => _capturing.ContainsKey(stream) ? (CudaResult)900 : CudaResult.Success;
}
