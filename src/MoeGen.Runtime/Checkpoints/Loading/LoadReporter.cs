namespace MoeGen.Checkpoints;

/// <summary>Counts experts that are done, from any thread, and reports them in order.</summary>
internal sealed class LoadReporter(IReadOnlyList<ExpertMatrices> experts, IProgress<MoeLoadProgress>? progress)
{
    private readonly Lock _lock = new();
    private readonly long _total = progress is null ? 0 : experts.Sum(Bytes);
    private int _experts;
    private long _bytes;

    public void Done(int expert)
    {
        if (progress is null)
        {
            return;
        }

        lock (_lock)
        {
            _experts++;
            _bytes += Bytes(experts[expert]);
            progress.Report(new MoeLoadProgress(_experts, experts.Count, _bytes, _total));
        }
    }

    private static long Bytes(ExpertMatrices expert) => expert.Parts.Sum(static part => part.StoredBytes);
}
