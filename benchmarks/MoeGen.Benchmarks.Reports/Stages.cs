namespace MoeGen.Benchmarks;

/// <summary>From kernels to stages.</summary>
public static class Stages
{
    /// <summary>The stage of a generated kernel by its name; null where the name tells none.</summary>
    public static Stage? OfKernel(string name) => name switch
    {
        _ when name.Contains("_gemm1", StringComparison.Ordinal) => Stage.Gemm1,
        _ when name.Contains("_gemm2", StringComparison.Ordinal) || name.StartsWith("moe_gemms", StringComparison.Ordinal) => Stage.Gemm2,
        _ when name.StartsWith("moe_finalize", StringComparison.Ordinal) || name == "moe_decode" => Stage.Finalize,
        _ when name.StartsWith("moe_quantize_activated", StringComparison.Ordinal) => Stage.Gemm2,
        _ when name.StartsWith("moe_quantize_input", StringComparison.Ordinal) || name.StartsWith("moe_route", StringComparison.Ordinal) || name.StartsWith("moe_select", StringComparison.Ordinal) => Stage.Route,
        _ => null,
    };

    /// <summary>
    /// What each stage adds, from the time of the call up to and with each stage; a stage without a time does not run by itself. A call in one launch has no stages.
    /// </summary>
    public static StageTimes Differences(IReadOnlyDictionary<Stage, double> upTo)
    {
        if (upTo.Count == 1)
        {
            return new(null, null, null, null);
        }

        var added = new Dictionary<Stage, double>();
        double before = 0;
        foreach ((Stage stage, double time) in upTo.OrderBy(pair => pair.Key))
        {
            added[stage] = Math.Max(0, time - before);
            before = time;
        }

        return new(Of(Stage.Route), Of(Stage.Gemm1), Of(Stage.Gemm2), Of(Stage.Finalize));

        double? Of(Stage stage) => added.TryGetValue(stage, out double time) ? time : null;
    }
}
