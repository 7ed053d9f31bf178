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
        (double forward, double driver) = Forward(() => call.Forward(layer, stream));
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

    private double Median(Action enqueue) => Spread.Of(Enumerable.Range(0, Rounds).Select(_ => TimeBurst(enqueue))).Median;

    /// <summary>
    /// One call, and of it the time inside cuLaunchKernel. Both come from the same bursts: in none is the part longer than the whole, so
    /// neither is it in the medians. The probe's own notes, two timestamps a launch, count as the layer's time.
    /// </summary>
    private (double Forward, double Driver) Forward(Action enqueue)
    {
        var forward = new double[Rounds];
        var driver = new double[Rounds];
        probe.Records = true;
        try
        {
            for (int round = 0; round < Rounds; round++)
            {
                probe.Begin();
                forward[round] = TimeBurst(enqueue);
                driver[round] = probe.LaunchMicroseconds / Burst;
            }
        }
        finally
        {
            probe.Records = false;
            stream.Synchronize();
        }

        return (Spread.Of(forward).Median, Spread.Of(driver).Median);
    }

    // In the clock's own ticks, as the probe counts: a TimeSpan would cut them off.
    private double TimeBurst(Action enqueue)
    {
        stream.Synchronize();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Burst; i++)
        {
            enqueue();
        }

        return (Stopwatch.GetTimestamp() - start) * 1e6 / Stopwatch.Frequency / Burst;
    }
}
