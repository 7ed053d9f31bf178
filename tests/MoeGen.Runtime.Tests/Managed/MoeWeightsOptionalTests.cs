using Xunit;

namespace MoeGen.Tests;

public class MoeWeightsOptionalTests
{
    private static readonly MoeShape s_shape = new(2, 16, 8);

    [Fact]
    public void Nothing_is_given_by_default()
    {
        MoeWeights<Half> weights = Gated();
        Assert.True(weights.Fc1ExpertBiases.IsEmpty);
        Assert.True(weights.Fc2ExpertBiases.IsEmpty);
        Assert.True(weights.SwigluAlpha.IsEmpty);
        Assert.True(weights.SwigluBeta.IsEmpty);
        Assert.True(weights.SwigluLimit.IsEmpty);
    }

    [Fact]
    public void What_is_given_is_kept_without_a_copy()
    {
        ReadOnlyMemory<Half> fc1 = new Half[32];
        ReadOnlyMemory<Half> fc2 = new Half[32];
        ReadOnlyMemory<float> values = new[] { 1f, float.MaxValue };
        ReadOnlyMemory<float> limits = new[] { float.Epsilon, float.PositiveInfinity };
        MoeWeights<Half> weights = Gated(fc1, fc2, values, values, limits);
        Assert.Equal(fc1, weights.Fc1ExpertBiases);
        Assert.Equal(fc2, weights.Fc2ExpertBiases);
        Assert.Equal(values, weights.SwigluAlpha);
        Assert.Equal(values, weights.SwigluBeta);
        Assert.Equal(limits, weights.SwigluLimit);

        ReadOnlyMemory<Half> plain = new Half[16];
        Assert.Equal(plain, Plain(plain).Fc1ExpertBiases);
    }

    [Fact]
    public void Wrong_lengths_are_named()
    {
        AssertNames(
            "Fc1ExpertBiases",
            "Fc1ExpertBiases has 16 elements; required are 32 (2 experts of 2 x intermediateSize 8, in the row order Interleaved), or none",
            () => Gated(fc1Biases: new Half[16]));
        AssertNames(
            "Fc1ExpertBiases",
            "Fc1ExpertBiases has 32 elements; required are 16 (2 experts of intermediateSize 8, in the row order Plain), or none",
            () => Plain(new Half[32]));
        AssertNames(
            "Fc2ExpertBiases", "Fc2ExpertBiases has 16 elements; required are 32 (2 experts of hiddenSize 16), or none", () => Gated(fc2Biases: new Half[16]));
        AssertNames("SwigluAlpha", "SwigluAlpha has 1 elements; required are 2", () => Gated(alpha: new float[1]));
        AssertNames("SwigluBeta", "SwigluBeta has 3 elements; required are 2", () => Gated(beta: new float[3]));
        AssertNames("SwigluLimit", "SwigluLimit has 1 elements; required are 2", () => Gated(limit: new[] { 7f }));
    }

    [Fact]
    public void Wrong_values_are_named()
    {
        AssertNames("SwigluAlpha", "SwigluAlpha of expert 1 is NaN; allowed are finite numbers", () => Gated(alpha: new[] { 1f, float.NaN }));
        AssertNames("SwigluAlpha", "SwigluAlpha of expert 0 is -Infinity", () => Gated(alpha: new[] { float.NegativeInfinity, 1 }));
        AssertNames("SwigluBeta", "SwigluBeta of expert 0 is NaN; allowed are finite numbers", () => Gated(beta: new[] { float.NaN, 1 }));
        AssertNames("SwigluLimit", "SwigluLimit of expert 1 is NaN; allowed are positive numbers and +infinity", () => Gated(limit: new[] { 1f, float.NaN }));
        AssertNames("SwigluLimit", "SwigluLimit of expert 0 is 0", () => Gated(limit: new[] { 0f, 1f }));
        AssertNames("SwigluLimit", "SwigluLimit of expert 1 is -7", () => Gated(limit: new[] { 7f, -7f }));
        AssertNames("SwigluLimit", "SwigluLimit of expert 0 is -Infinity", () => Gated(limit: new[] { float.NegativeInfinity, 7f }));
    }

    [Fact]
    public void Values_that_the_activation_has_not_are_refused()
    {
        float[] values = [1, 2];
        foreach (Activation activation in LayerCheck.Activations)
        {
            MoeWeights<Half>[] given = activation.IsGated()
                ? [Gated(alpha: values), Gated(beta: values), Gated(limit: values)]
                : [Plain(alpha: values), Plain(beta: values), Plain(limit: values)];
            Check(given[0], activation, activation == Activation.SwigluOai, "SwigluAlpha", "alpha", "SwigluOai");
            Check(given[1], activation, activation == Activation.SwigluOai, "SwigluBeta", "beta", "SwigluOai");
            Check(given[2], activation, activation is Activation.SwigluOai or Activation.SwigluStep, "SwigluLimit", "limit", "SwigluOai and SwigluStep");
        }

        static void Check(MoeWeights<Half> weights, Activation activation, bool allowed, string member, string constant, string with)
        {
            if (allowed)
            {
                Run(weights, activation);
                return;
            }

            AssertNames(
                "weights",
                $"weights have {member}, and activation is {activation}, which has no {constant}; {member} is allowed with {with}.",
                () => Run(weights, activation));
        }
    }

    private static double[] Run(MoeWeights<Half> weights, Activation activation) =>
        ManagedMoe.ForwardDouble<Half>(weights, activation, new Half[16], [0], [], 1);

    private static MoeWeights<Half> Gated(
        ReadOnlyMemory<Half> fc1Biases = default,
        ReadOnlyMemory<Half> fc2Biases = default,
        ReadOnlyMemory<float> alpha = default,
        ReadOnlyMemory<float> beta = default,
        ReadOnlyMemory<float> limit = default) => new(s_shape, Fc1Layout.Interleaved, new Half[512], new Half[256])
        {
            Fc1ExpertBiases = fc1Biases,
            Fc2ExpertBiases = fc2Biases,
            SwigluAlpha = alpha,
            SwigluBeta = beta,
            SwigluLimit = limit,
        };

    private static MoeWeights<Half> Plain(
        ReadOnlyMemory<Half> fc1Biases = default,
        ReadOnlyMemory<float> alpha = default,
        ReadOnlyMemory<float> beta = default,
        ReadOnlyMemory<float> limit = default) => new(s_shape, Fc1Layout.Plain, new Half[256], new Half[256])
        {
            Fc1ExpertBiases = fc1Biases,
            SwigluAlpha = alpha,
            SwigluBeta = beta,
            SwigluLimit = limit,
        };

    private static void AssertNames(string name, string part, Func<object?> action)
    {
        ArgumentException problem = Assert.ThrowsAny<ArgumentException>(action);
        Assert.Contains(part, problem.Message, StringComparison.Ordinal);
        Assert.Equal(name, problem.ParamName);
    }
}
