namespace MoeGen.Cli.Tests;

/// <summary><c>moegen bench</c> and <c>moegen tune</c>, as far as they go without a GPU.</summary>
public sealed class TimingTests
{
    private static readonly string[] s_shape = ["-E", "8", "-K", "2", "-H", "64", "-I", "64"];

    [Theory]
    [InlineData("bench")]
    [InlineData("tune")]
    public void Without_a_GPU_the_reason_is_said(string command)
    {
        Assert.SkipWhen(CudaContext.IsAvailable(out _), "NOT RUN, there is a GPU here.");
        CliRun.Of([command, .. s_shape]).AssertBadInput($"moegen {command} needs a GPU", "driver");
        CliRun.Of([command, "--assembly", typeof(TimingTests).Assembly.Location, "--class", "MoeGen.Cli.Tests.Outer.NestedMoe", .. s_shape]).AssertBadInput("needs a GPU");
        Assert.False(CliRun.Of([command, .. s_shape, "--json"]).AssertExit(2).Json().GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData("bench")]
    [InlineData("tune")]
    public void Sizes_and_words_are_checked_before(string command)
    {
        CliRun.Of(command).AssertBadInput("--experts", "--top-k", "--hidden", "--intermediate");
        CliRun.Of(command, "-E", "8", "-K", "9", "-H", "64", "-I", "64").AssertBadInput("topK is 9");
        CliRun.Of(command, "-E", "8", "-K", "2", "-H", "65", "-I", "64").AssertBadInput("hiddenSize is 65", "multiples of 8");
        CliRun.Of([command, .. s_shape, "-T", "8", "4"]).AssertBadInput("--tokens", "grow");
        CliRun.Of([command, .. s_shape, "-T", "100000000"]).AssertBadInput("--tokens has 100000000", "at most");
        CliRun.Of([command, .. s_shape, "--activation", "softplus"]).AssertBadInput("--activation is 'softplus'", "swiglu");
        CliRun.Of([command, .. s_shape, "--class", "X"]).AssertBadInput("--assembly and --class");
        CliRun.Of([command, .. s_shape, "--assembly", typeof(TimingTests).Assembly.Location, "--class", "X"]).AssertBadInput("--class X", "no such class");
        CliRun.Of([command, .. s_shape, "--assembly", typeof(TimingTests).Assembly.Location, "--class", "MoeGen.Cli.Tests.TimingTests"]).AssertBadInput("no layer");
    }

    [Fact]
    public void Random_layers_are_the_same_in_every_run_and_have_outputs_of_order_one()
    {
        var shape = new MoeShape(4, 64, 128);
        MoeWeights<BFloat16> weights = Timing.RandomLayer.Weights<BFloat16>(shape, gated: true);
        Assert.Equal(weights.Fc1ExpertWeights[3].ToArray(), Timing.RandomLayer.Weights<BFloat16>(shape, gated: true).Fc1ExpertWeights[3].ToArray());
        Assert.Equal("0.55859375 -0.16699219 -0.30664062 -1.4765625", string.Join(' ', Timing.RandomLayer.Normal<BFloat16>(4, 1, seed: 1).Select(value => (float)value)));
        Assert.NotEqual(weights.Fc1ExpertWeights[3].ToArray(), weights.Fc1ExpertWeights[2].ToArray());
        int[] ids = Timing.RandomLayer.Ids(16, 2, 4, seed: 1);
        Assert.All(ids.Chunk(2), row => Assert.NotEqual(row[0], row[1]));
        double[] output = ManagedMoe.ForwardDouble<BFloat16>(weights, Activation.Swiglu, Timing.RandomLayer.Normal<BFloat16>(16 * 64, 1, seed: 3), ids, [], 2);
        Assert.InRange(Math.Sqrt(output.Average(value => value * value)), 0.2, 5);
    }
}
