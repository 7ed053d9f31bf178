using MoeGen.Native;

namespace MoeGen.Tests;

internal sealed unsafe partial class FakeCudaDriver
{
    private readonly Dictionary<nint, List<FakeWork>> _capturing = [];
    private readonly Dictionary<nint, List<FakeWork>> _graphs = [];

    public int LiveGraphs { get; private set; }

    public int LiveExecutables { get; private set; }

    public int GraphLaunches { get; private set; }

    public int CaptureMode { get; private set; } = -1;

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
