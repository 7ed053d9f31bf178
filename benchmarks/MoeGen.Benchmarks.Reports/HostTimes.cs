namespace MoeGen.Benchmarks;

/// <summary>Microseconds of the host's time.</summary>
/// <param name="Forward">One eager call.</param>
/// <param name="Driver">Of that, inside cuLaunchKernel.</param>
/// <param name="Capture">Capturing a call into a graph and instantiating it.</param>
/// <param name="GraphLaunch">One launch of the graph; null where the layer cannot be captured.</param>
public sealed record HostTimes(double Forward, double Driver, double? Capture, double? GraphLaunch)
{
    /// <summary>What an eager call takes beyond the driver; the budget is <see cref="Budget"/>.</summary>
    public double Own => Forward - Driver;

    /// <summary>Microseconds that <see cref="Own"/> may take.</summary>
    public const double Budget = 12;
}
