using Xunit;

namespace MoeGen.Benchmarks.Tests;

public sealed class RivalRunnerTests
{
    [Theory]
    [InlineData("no-such-python", "no-such-python did not start")]
    [InlineData("false", "Exit code 1")]
    public void A_rival_that_does_not_run_is_reported_at_each_point(string python, string error)
    {
        var options = new BenchmarkOptions
        {
            Models = ModelShape.All, Tokens = [1], Routings = [RoutingPattern.Random], Layer = "ladder", Python = python, RivalNames = ["triton", "grouped_mm"], RivalSeconds = 5,
        };
        using var files = new RivalFiles(null);
        RivalPoint[] points = [new(ModelShape.All[0], 1, RoutingPattern.Random, 1, 1, "a.ids"), new(ModelShape.All[4], 8, RoutingPattern.Zipf, 1, 1, "b.ids")];

        IReadOnlyList<RivalRow> rows = new RivalRunner(options, files, _ => { }).Run(points);

        Assert.Equal(
            [("triton", "mixtral", 1), ("triton", "small", 8), ("grouped_mm", "mixtral", 1), ("grouped_mm", "small", 8)],
            rows.Select(row => (row.Rival, row.Model, row.Tokens)));
        Assert.All(rows, row => Assert.StartsWith(error, row.Error, StringComparison.Ordinal));
        Assert.All(rows, row => Assert.Null(row.Microseconds));
    }
}
