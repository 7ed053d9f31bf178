using MoeGen.KernelEmulator;
using Xunit;

namespace MoeGen.Benchmarks.Tests;

/// <summary>The timing of a layer on an emulated device: the times mean nothing, but every stage runs and is told apart.</summary>
public sealed class LayerTimerTests
{
    private static readonly ModelShape Tiny = new("tiny", 4, 2, 32, 16);

    [Fact]
    public void A_layer_is_timed_by_stages_and_left_as_it_was()
    {
        if (!HostCompiler.IsAvailable(out string reason))
        {
            Assert.Skip($"NOT RUN, no kernel was executed: {reason}");
        }

        var probe = new ProbeDriver(new EmulatedCudaDriver());
        using var context = new CudaContext(probe);
        using DeviceMoeWeights<BFloat16> weights = DeviceMoeWeights<BFloat16>.Upload(context, RandomWeights.Create(Tiny, 1));
        using var calls = new ColdCalls(context, new BenchmarkPoint(Tiny, 3, RoutingPattern.Zipf), copies: 1);
        MoeCudaOptions options = EmulatedKernelCompiler.Options() with { Variant = "m16n128k64s3" };
        using var timer = new LayerTimer<LadderMoe, DeviceMoeWeights<BFloat16>>(probe, "ladder", [weights], copy => new LadderMoe(context, copy, options), OperandFormat.Bf16);

        LayerRow row = timer.Time(calls, MachineLimits.H200);

        Assert.Equal(("m16n128k64s3", 3, RoutingPattern.Zipf), (row.Variant, row.Tokens, row.Routing));
        Assert.True(row.Microseconds.Median > 0);
        Assert.NotNull(row.Stages);
        Assert.True(row.Stages.Route > 0);
        Assert.Null(row.Stages.Gemm1);  // one launch with GEMM2
        Assert.NotNull(row.Stages.Gemm2);
        Assert.NotNull(row.Stages.Finalize);

        // A stage is the difference of two timings, which on a busy machine may be none; all of them make up at least the whole call.
        Assert.True(row.Stages.Route + (row.Stages.Gemm1 ?? 0) + row.Stages.Gemm2 + row.Stages.Finalize > 0);
        Assert.True(row.Host.Driver > 0);
        Assert.InRange(row.Host.Own, 0, row.Host.Forward);
        Assert.NotNull(row.Host.GraphLaunch);
        Assert.Equal((false, Stage.Finalize), (probe.Records, probe.LastStage));
    }
}
