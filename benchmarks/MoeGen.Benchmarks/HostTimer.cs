using System.Diagnostics;

namespace MoeGen.Benchmarks;

/// <summary>Times the host's side of calls, in bursts between which the queue is drained, so that it never blocks.</summary>
internal sealed class HostTimer(ProbeDriver probe, CudaStream stream)
{
    private const int Burst = 20;
    private const int Rounds = 15;
    private const int Captures = 5;

    public HostTimes Time<TLayer>(TLayer layer, BenchmarkCall call, bool capturable)
        where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
    {
        double forward = Median(() => call.Forward(layer, stream));
        double driver = InsideDriver(() => call.Forward(layer, stream));
        if (!capturable)
        {
            return new HostTimes(forward, driver, null, null);
        }

        double capture = Spread.Of(Enumerable.Range(0, Captures).Select(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            using MoeGraph captured = call.Capture(layer, stream);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        })).Median;
        using MoeGraph graph = call.Capture(layer, stream);
        return new HostTimes(forward, driver, capture, Median(() => graph.Launch(stream)));
    }

    private double Median(Action enqueue) => Spread.Of(Enumerable.Range(0, Rounds).Select(_ =>
    {
        stream.Synchronize();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Burst; i++)
        {
            enqueue();
        }

        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / Burst;
    })).Median;

    /// <summary>Of one call, the time inside cuLaunchKernel.</summary>
    private double InsideDriver(Action enqueue)
    {
        probe.Records = true;
        try
        {
            return Spread.Of(Enumerable.Range(0, Rounds).Select(_ =>
            {
                stream.Synchronize();
                probe.Begin();
                for (int i = 0; i < Burst; i++)
                {
                    enqueue();
                }

                return probe.LaunchMicroseconds / Burst;
            })).Median;
        }
        finally
        {
            probe.Records = false;
            stream.Synchronize();
        }
    }
}
