namespace MoeGen.Benchmarks;

/// <summary>Calls of one point that are replayed in turn, over weights that are used in turn, so that weights have left the L2 cache.</summary>
internal sealed class ColdCalls : IDisposable
{
    // What is touched between two uses of the same weights, in sizes of the L2 cache.
    private const int CacheSizes = 6;
    private const int MaxSets = 16;

    public ColdCalls(CudaContext context, BenchmarkPoint point, int copies, OperandFormat? format = null)
    {
        Point = point;
        Ids = [.. Enumerable.Range(0, Count(context, point, copies, format ?? OperandFormat.Bf16)).Select(point.Ids)];
        Calls = [.. Ids.Select((ids, set) => new BenchmarkCall(context, point.Model, point.Tokens, ids, set))];
    }

    public BenchmarkPoint Point { get; }

    /// <summary>The expert ids of each call.</summary>
    public IReadOnlyList<int[]> Ids { get; }

    public IReadOnlyList<BenchmarkCall> Calls { get; }

    public double ExpertsTouched => Calls.Average(call => (double)call.ExpertsTouched);

    /// <summary>Copies of a shape's weights: several of small ones.</summary>
    public static int Copies(CudaContext context, ModelShape model, OperandFormat format) =>
        (int)Math.Clamp((long)CacheSizes * context.L2CacheBytes / (model.NumExperts * model.BytesPerExpert(format)), 1, MaxSets);

    public void Dispose()
    {
        foreach (BenchmarkCall call in Calls)
        {
            call.Dispose();
        }
    }

    private static int Count(CudaContext context, BenchmarkPoint point, int copies, OperandFormat format)
    {
        long touchedBytes = point.Ids(0).Distinct().Count() * point.Model.BytesPerExpert(format);
        return (int)Math.Clamp((long)CacheSizes * context.L2CacheBytes / touchedBytes, copies, MaxSets);
    }
}
