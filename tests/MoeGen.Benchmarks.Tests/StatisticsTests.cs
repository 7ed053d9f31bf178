using Xunit;

namespace MoeGen.Benchmarks.Tests;

public sealed class StatisticsTests
{
    [Fact]
    public void Spread_interpolates_between_ranks()
    {
        // 0, 10, ..., 100 in another order.
        Spread spread = Spread.Of([100, 0, 50, 20, 80, 10, 90, 30, 70, 40, 60]);
        Assert.Equal(new Spread(50, 10, 90, 0, 100), spread);
        Spread even = Spread.Of([4, 1, 2, 3]);
        Assert.Equal(2.5, even.Median);
        Assert.Equal(1.3, even.P10, 10);
        Assert.Equal(new Spread(7, 7, 7, 7, 7), Spread.Of([7]));
    }

    [Fact]
    public void Spread_refuses_nothing_and_what_is_not_finite()
    {
        Assert.Throws<ArgumentException>(() => Spread.Of([]));
        Assert.Throws<ArgumentException>(() => Spread.Of([1, double.NaN]));
    }

    [Theory]
    [InlineData(0, 1, 2, 163.9)]       // Mixtral, bound by memory
    [InlineData(0, 4096, 8, 3653.4)]   // bound by arithmetic
    [InlineData(1, 1, 8, 17.6)]        // Qwen3
    [InlineData(4, 4096, 8, 65.2)]     // the small layer
    public void Floor_is_the_larger_of_arithmetic_and_memory(int model, int tokens, int touched, double microseconds) =>
        Assert.Equal(microseconds, MachineLimits.H200.FloorMicroseconds(ModelShape.All[model], tokens, touched), 1);

    [Fact]
    public void Stages_are_differences_of_what_runs()
    {
        Assert.Equal(
            new StageTimes(5, 100, 60, 4),
            Stages.Differences(new Dictionary<Stage, double> { [Stage.Finalize] = 169, [Stage.Route] = 5, [Stage.Gemm2] = 165, [Stage.Gemm1] = 105 }));
        Assert.Equal(
            new StageTimes(null, 100, 60, null),
            Stages.Differences(new Dictionary<Stage, double> { [Stage.Gemm1] = 100, [Stage.Gemm2] = 160 }));
        Assert.Equal(new StageTimes(null, null, null, null), Stages.Differences(new Dictionary<Stage, double> { [Stage.Finalize] = 100 }));
    }

    [Theory]
    [InlineData("moe_route_small", Stage.Route)]
    [InlineData("moe_select_experts", Stage.Route)]
    [InlineData("moe_gemm1_m128n128k64s3", Stage.Gemm1)]
    [InlineData("moe_gemms_m128n128k64s3", Stage.Gemm2)]
    [InlineData("moe_decode_gemm2", Stage.Gemm2)]
    [InlineData("moe_finalize", Stage.Finalize)]
    [InlineData("moe_decode", Stage.Finalize)]
    [InlineData("other", null)]
    public void Kernels_name_their_stage(string kernel, Stage? stage) => Assert.Equal(stage, Stages.OfKernel(kernel));

    [Fact]
    public void Choice_is_judged_by_median_and_worst()
    {
        ChoiceRow Row(double chosen, double other) => new("m", 1, RoutingPattern.Random, "a", [new("a", chosen), new("b", other)]);
        Assert.Equal(1.25, Row(125, 100).OverBest);
        Assert.Equal(1, Row(100, 125).OverBest);
        ChoiceSummary summary = ChoiceSummary.Of([Row(100, 120), Row(104, 100), Row(110, 100)]);
        Assert.Equal((1.04, 1.10), (summary.Median, summary.Worst));
        Assert.True(summary.Reached);
        Assert.False(ChoiceSummary.Of([Row(116, 100), Row(100, 100), Row(100, 100)]).Reached);
    }
}
