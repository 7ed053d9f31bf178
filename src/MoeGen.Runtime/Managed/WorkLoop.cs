namespace MoeGen;

/// <summary>Runs independent work items on some threads, each with its own scratch.</summary>
internal static class WorkLoop
{
    public static void Run<TAcc>(long items, int scratchLength, int maxDegreeOfParallelism, Action<long, TAcc[]> body)
    {
        if (items <= 1 || maxDegreeOfParallelism == 1)
        {
            var scratch = new TAcc[scratchLength];
            for (long item = 0; item < items; item++)
            {
                body(item, scratch);
            }

            return;
        }

        Parallel.For(
            0L,
            items,
            new ParallelOptions { MaxDegreeOfParallelism = maxDegreeOfParallelism },
            () => new TAcc[scratchLength],
            (item, _, scratch) =>
            {
                body(item, scratch);
                return scratch;
            },
            static _ => { });
    }
}
