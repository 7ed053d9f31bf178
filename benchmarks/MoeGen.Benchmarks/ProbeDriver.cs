using System.Collections.Concurrent;
using System.Diagnostics;
using MoeGen.Native;

namespace MoeGen.Benchmarks;

/// <summary>
/// The driver with two probes at its launches: it can leave out the stages after one, and add up the time spent inside
/// cuLaunchKernel. One thread at a time.
/// </summary>
internal sealed unsafe partial class ProbeDriver(ICudaDriver driver) : ICudaDriver
{
    private readonly ConcurrentDictionary<nint, Stage?> _stages = new();

    // A kernel that names no stage belongs to the one before it.
    private Stage _current;
    private long _launchTicks;

    /// <summary>The last stage that is launched; kernels of later ones are left out.</summary>
    public Stage LastStage { get; set; } = Stage.Finalize;

    /// <summary>The stages of the launches since <see cref="Begin"/>, in order.</summary>
    public List<Stage> Launched { get; } = [];

    /// <summary>Whether launches are noted and timed; off, they are only passed on.</summary>
    public bool Records { get; set; }

    /// <summary>Time inside cuLaunchKernel since <see cref="Begin"/>, in microseconds.</summary>
    public double LaunchMicroseconds => _launchTicks * 1e6 / Stopwatch.Frequency;

    /// <summary>Forgets what was noted.</summary>
    public void Begin()
    {
        Launched.Clear();
        _launchTicks = 0;
    }

    public CudaResult GetFunction(out nint function, nint module, string name)
    {
        CudaResult result = driver.GetFunction(out function, module, name);
        if (result == CudaResult.Success)
        {
            _stages[function] = Stages.OfKernel(name);
        }

        return result;
    }

    public CudaResult Launch(nint function, uint gridBlocks, uint threads, uint sharedMemoryBytes, nint stream, void** parameters)
    {
        if (!Records)
        {
            return driver.Launch(function, gridBlocks, threads, sharedMemoryBytes, stream, parameters);
        }

        _current = _stages.GetValueOrDefault(function) ?? _current;
        if (_current > LastStage)
        {
            return CudaResult.Success;
        }

        Launched.Add(_current);
        long start = Stopwatch.GetTimestamp();
        CudaResult result = driver.Launch(function, gridBlocks, threads, sharedMemoryBytes, stream, parameters);
        _launchTicks += Stopwatch.GetTimestamp() - start;
        return result;
    }
}
