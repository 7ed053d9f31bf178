namespace MoeGen.Benchmarks;

/// <summary>Times work on the device by events around many repetitions.</summary>
internal sealed class ReplayTimer(CudaStream stream) : IDisposable
{
    private const double RoundMilliseconds = 10;
    private const int MinWarmUps = 3;

    private readonly CudaEvent _begin = stream.Context.CreateEvent();
    private readonly CudaEvent _end = stream.Context.CreateEvent();

    /// <summary>Microseconds of one repetition of each work, over rounds of at least 10 ms; the works take turns, so that a drifting clock meets all.</summary>
    /// <param name="works">Each enqueues the call of a set.</param>
    /// <param name="sets">How many there are; a round walks through all of them.</param>
    /// <param name="rounds">Samples.</param>
    public Spread[] Time(IReadOnlyList<Action<int>> works, int sets, int rounds)
    {
        int[] repetitions = [.. works.Select(work => Repetitions(work, sets))];
        double[][] samples = [.. works.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int index = 0; index < works.Count; index++)
            {
                samples[index][round] = Run(works[index], sets, repetitions[index]);
            }
        }

        return [.. samples.Select(Spread.Of)];
    }

    public void Dispose()
    {
        _begin.Dispose();
        _end.Dispose();
    }

    private int Repetitions(Action<int> work, int sets)
    {
        double warm = Run(work, sets, Math.Max(sets, MinWarmUps)) / 1000;
        return Math.Max(sets, (int)(RoundMilliseconds / warm) / sets * sets);
    }

    private double Run(Action<int> work, int sets, int count)
    {
        stream.Record(_begin);
        for (int i = 0; i < count; i++)
        {
            work(i % sets);
        }

        stream.Record(_end);
        return CudaEvent.ElapsedMilliseconds(_begin, _end) * 1000.0 / count;
    }
}
