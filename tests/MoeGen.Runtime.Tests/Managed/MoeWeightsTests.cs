using Xunit;

namespace MoeGen.Tests;

public class MoeWeightsTests
{
    private static readonly MoeShape s_shape = new(2, 16, 8);

    [Theory]
    [InlineData(0, 8, 8, "numExperts is 0; allowed is 1 to 1024")]
    [InlineData(1025, 8, 8, "numExperts is 1025")]
    [InlineData(1, 0, 8, "hiddenSize is 0; allowed are multiples of 8")]
    [InlineData(1, 12, 8, "hiddenSize is 12")]
    [InlineData(1, -8, 8, "hiddenSize is -8")]
    [InlineData(1, 8, 20, "intermediateSize is 20")]
    [InlineData(1, 8, 2147483640, "intermediateSize is 2147483640")]
    public void Shapes_are_checked(int experts, int hidden, int intermediate, string part) =>
        AssertNames(part, () => new MoeShape(experts, hidden, intermediate));

    [Fact]
    public void Sizes_beyond_32_bits_are_counted_right()
    {
        var shape = new MoeShape(1024, 1 << 20, 1 << 20);
        Assert.Equal(1L << 41, shape.Fc1ElementsPerExpert(gated: true));
        Assert.Equal(1L << 40, shape.Fc1ElementsPerExpert(gated: false));
        Assert.Equal(1L << 40, shape.Fc2ElementsPerExpert);
        AssertNames("required are 2199023255552", () => new MoeWeights<float>(new MoeShape(1, 1 << 20, 1 << 20), Fc1Layout.GateUp, [default], [default]));
    }

    [Theory]
    [InlineData(Fc1Layout.Plain, new[] { 0, 1, 2 }, null)]
    [InlineData(Fc1Layout.GateUp, new[] { 0, 1, 2 }, new[] { 8, 9, 10 })]
    [InlineData(Fc1Layout.UpGate, new[] { 8, 9, 10 }, new[] { 0, 1, 2 })]
    [InlineData(Fc1Layout.Interleaved, new[] { 0, 2, 4 }, new[] { 1, 3, 5 })]
    public void Rows_are_where_the_layout_says(Fc1Layout layout, int[] gate, int[]? up)
    {
        Fc1RowMap map = Fc1RowMap.For(layout, 8);
        Assert.Equal(gate, Enumerable.Range(0, 3).Select(map.GateRow));
        Assert.Equal(up ?? [0, 0, 0], Enumerable.Range(0, 3).Select(map.UpRow));
    }

    [Fact]
    public void One_block_is_split_by_expert()
    {
        float[] fc1 = [.. Enumerable.Range(0, 512).Select(i => (float)i)];
        float[] fc2 = [.. Enumerable.Range(0, 256).Select(i => (float)-i)];
        var weights = new MoeWeights<float>(s_shape, Fc1Layout.UpGate, fc1, fc2);
        Assert.Equal(2, weights.Fc1ExpertWeights.Count);
        Assert.Equal(fc1[256..], weights.Fc1ExpertWeights[1].ToArray());
        Assert.Equal(fc2[..128], weights.Fc2ExpertWeights[0].ToArray());
        Assert.True(weights.IsGated);
        Assert.Equal(Dtype.FP32, weights.Dtype);
        Assert.Equal(s_shape, weights.Shape);
        Assert.Equal(Fc1Layout.UpGate, weights.Fc1Layout);
    }

    [Fact]
    public void Wrong_weights_are_named()
    {
        ReadOnlyMemory<Half> fc1 = new Half[256];
        ReadOnlyMemory<Half> fc2 = new Half[128];
        AssertNames("fc1Layout is None", () => new MoeWeights<Half>(s_shape, Fc1Layout.None, [fc1, fc1], [fc2, fc2]));
        AssertNames("fc1Layout is 9", () => new MoeWeights<Half>(s_shape, (Fc1Layout)9, [fc1, fc1], [fc2, fc2]));
        AssertNames("shape is default", () => new MoeWeights<Half>(default, Fc1Layout.GateUp, [], []));
        AssertNames("fc1ExpertWeights holds 1 experts; required are 2", () => new MoeWeights<Half>(s_shape, Fc1Layout.GateUp, [fc1], [fc2, fc2]));
        AssertNames("fc1ExpertWeights of expert 1 has 128 elements; required are 256", () => new MoeWeights<Half>(s_shape, Fc1Layout.GateUp, [fc1, fc2], [fc2, fc2]));
        AssertNames("fc1ExpertWeights of expert 0 has 256 elements; required are 128", () => new MoeWeights<Half>(s_shape, Fc1Layout.Plain, [fc1, fc1], [fc2, fc2]));
        AssertNames("fc2ExpertWeights of expert 0 has 256 elements; required are 128", () => new MoeWeights<Half>(s_shape, Fc1Layout.GateUp, [fc1, fc1], [fc1, fc2]));
        AssertNames("fc1ExpertWeights has 256 elements; required are 512", () => new MoeWeights<Half>(s_shape, Fc1Layout.GateUp, fc1, fc1));
        AssertNames("fc2ExpertWeights has 128 elements; required are 256", () => new MoeWeights<Half>(s_shape, Fc1Layout.Plain, fc1, fc2));
        Assert.Throws<ArgumentNullException>("fc2ExpertWeights", () => new MoeWeights<Half>(s_shape, Fc1Layout.GateUp, [fc1, fc1], null!));
        Assert.Contains("System.Double", Assert.Throws<NotSupportedException>(() => new MoeWeights<double>(s_shape, Fc1Layout.Plain, [], [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_calls_are_named()
    {
        var gated = new MoeWeights<float>(s_shape, Fc1Layout.GateUp, new float[512], new float[256]);
        var plain = new MoeWeights<float>(s_shape, Fc1Layout.Plain, new float[256], new float[256]);
        AssertNames("activation is Silu, and the weights' fc1Layout is GateUp", () => Run(gated, Activation.Silu));
        AssertNames("activation is Swiglu, and the weights' fc1Layout is Plain", () => Run(plain, Activation.Swiglu));
        AssertNames("activation is 77; allowed are Swiglu, Silu, Gelu, Relu", () => Run(plain, (Activation)77));
        AssertNames("topK is 0; allowed is 1 to 32", () => Run(plain, Activation.Relu, topK: 0));
        AssertNames("topK is 33", () => Run(plain, Activation.Relu, topK: 33));
        AssertNames("input has 33 elements; required is a multiple of hiddenSize 16", () => Run(plain, Activation.Relu, input: 33));
        AssertNames("tokenSelectedExperts has 5 elements; required are 4 (2 tokens x topK 2)", () => Run(plain, Activation.Relu, ids: 5));
        AssertNames("tokenFinalScales has 3 elements; required are 4", () => Run(plain, Activation.Relu, scales: 3));
        AssertNames("output has 16 elements; required are 32", () => Run(plain, Activation.Relu, output: 16));
        AssertNames("MaxDegreeOfParallelism is 0", () => new ManagedOptions { MaxDegreeOfParallelism = 0 });
        Assert.Equal(32, Run(plain, Activation.Relu).Length);
    }

    private static float[] Run(MoeWeights<float> weights, Activation activation, int input = 32, int ids = 4, int scales = 4, int topK = 2, int output = 32)
    {
        var written = new float[output];
        ManagedMoe.Forward<float>(weights, activation, new float[input], new int[ids], new float[scales], topK, written);
        return written;
    }

    private static void AssertNames(string part, Func<object?> action) =>
        Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
