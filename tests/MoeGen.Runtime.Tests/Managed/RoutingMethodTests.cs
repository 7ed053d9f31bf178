using Xunit;

namespace MoeGen.Tests;

/// <summary>Every routing method of the managed router.</summary>
public class RoutingMethodTests
{
    private const float NaN = float.NaN, Inf = float.PositiveInfinity;

    public static TheoryData<RoutingMethod> Methods => [.. Enum.GetValues<RoutingMethod>().Where(method => method != RoutingMethod.Preselected)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Agrees_with_a_plain_router(RoutingMethod routing)
    {
        var random = new Random(5);
        foreach ((int experts, int topK, RouterOptions options) in Cases(routing))
        {
            MoeRouter router = Router(routing, experts, topK, options, random);
            float[] logits = [.. Enumerable.Range(0, 40 * experts).Select(_ => (float)((random.NextDouble() * 8) - 4))];
            (int[] ids, float[] scales) = Select(router, logits);
            int slots = router.SlotsPerToken;
            for (int t = 0; t < 40; t++)
            {
                (int[] expectedIds, double[] expected) = PlainRouter.Route(router, logits.AsSpan(t * experts, experts));
                Assert.Equal(expectedIds, ids[(t * slots)..((t * slots) + topK)]);
                for (int k = 0; k < topK; k++)
                {
                    Assert.Equal(expected[k], scales[(t * slots) + k], 3e-7 * Math.Max(1, expected[k]));
                }

                Assert.Equal(Enumerable.Range(experts, options.NumSharedExperts), ids[((t * slots) + topK)..((t + 1) * slots)]);
                Assert.All(scales[((t * slots) + topK)..((t + 1) * slots)], scale => Assert.Equal(1, scale));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Ties_go_to_the_lowest_id(RoutingMethod routing)
    {
        (int[] ids, float[] scales) = Select(new MoeRouter(routing, 6, 2, new float[6]), [1, 2, -0f, 2, 2, 0, -1, -1, -1, -1, -1, -1]);
        Assert.Equal([1, 3, 0, 1], ids);
        if (routing != RoutingMethod.SparseMixer)
        {
            Assert.Equal(scales[0], scales[1]);
        }

        // Scores that round to 1 in fp32 are equal, whatever their logits.
        if (routing is RoutingMethod.SigmoidTopK or RoutingMethod.SigmoidGroupedTopK)
        {
            (ids, scales) = Select(new MoeRouter(routing, 4, 2, new float[4]), [30, 40, 50, 60]);
            Assert.Equal([0, 1], ids);
            Assert.Equal([1f, 1f], scales);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void NaN_and_infinity_stay_in_their_row(RoutingMethod routing)
    {
        float[] logits =
        [
            3, 1, 2, 0,
            NaN, 1, NaN, 2,
            NaN, NaN, NaN, NaN,
            Inf, Inf, -Inf, 1,
            -Inf, -Inf, -Inf, -Inf,
            3, 1, 2, 0,
        ];
        RouterOptions options = RouterChecks.HasGroups(routing) ? RouterOptions.Default with { NumExpertGroups = 2, NumSelectedGroups = 1 } : RouterOptions.Default;
        (int[] ids, float[] scales) = Select(new MoeRouter(routing, 4, 2, new float[4], options), logits);
        for (int t = 0; t < 6; t++)
        {
            Assert.NotEqual(ids[2 * t], ids[(2 * t) + 1]);
            Assert.InRange(ids[2 * t], 0, 3);
            Assert.InRange(ids[(2 * t) + 1], 0, 3);
        }

        Assert.Equal(ids[..2], ids[10..]);
        Assert.Equal(scales[..2], scales[10..]);
        Assert.All(scales[..2], scale => Assert.InRange(scale, 0.01f, 2f));
        Assert.All(scales[2..6], scale => Assert.True(float.IsNaN(scale)));
    }

    [Fact]
    public void Groups_are_chosen_before_experts()
    {
        // Biased scores 0.5 + bias; the largest single value lies in a group whose two best sum to less.
        float[] bias = [0.9f, -0.4f, 0.3f, 0.2f, 0.1f, 0.1f, 0, 0];
        RouterOptions options = RouterOptions.Default with { NumExpertGroups = 4, NumSelectedGroups = 1, RoutedScalingFactor = 3 };
        var router = new MoeRouter(RoutingMethod.SigmoidGroupedTopK, 8, 2, new float[8], options) { SelectionBias = bias };
        Assert.Equal([0, 1], Select(router, new float[8]).Ids);
        bias[1] = -0.9f;
        (int[] ids, float[] scales) = Select(new MoeRouter(RoutingMethod.SigmoidGroupedTopK, 8, 2, new float[8], options) { SelectionBias = bias }, new float[8]);
        Assert.Equal([2, 3], ids);
        Assert.Equal([1.5f, 1.5f], scales);
    }

    [Fact]
    public void Experts_of_other_groups_are_never_taken_even_where_all_of_the_chosen_ones_are_negative()
    {
        float[] bias = [-1, -1, -2, -2];
        RouterOptions options = RouterOptions.Default with { NumExpertGroups = 2, NumSelectedGroups = 1, Renormalize = true };
        var router = new MoeRouter(RoutingMethod.SigmoidGroupedTopK, 4, 2, new float[4], options) { SelectionBias = bias };
        (int[] ids, float[] scales) = Select(router, [0, 0, 5, 5]);
        Assert.Equal([0, 1], ids);
        Assert.Equal([0.5f, 0.5f], scales);
    }

    [Fact]
    public void Renormalised_scores_that_are_all_zero_stay_zero()
    {
        var router = new MoeRouter(RoutingMethod.SigmoidTopK, 4, 2, new float[4], RouterOptions.Default with { Renormalize = true });
        Assert.Equal([0f, 0f], Select(router, [-200, -300, -200, -200]).Scales);
    }

    [Fact]
    public void Sparse_mixer_sees_near_logits_alone()
    {
        // 10 and 9.9 are within 2 %; 9.9 and 5 are not.
        var router = new MoeRouter(RoutingMethod.SparseMixer, 3, 2, new float[3]);
        (int[] ids, float[] scales) = Select(router, [9.9f, 10, 5]);
        Assert.Equal([1, 0], ids);
        Assert.Equal(1 / (1 + Math.Exp(-0.1)), scales[0], 1e-6);
        Assert.Equal(1, scales[1]);
    }

    [Fact]
    public void Hidden_states_go_through_weight_bias_and_shared_gate()
    {
        // z = (2x, -x, 0) + (0, 5, 1); gate = sigmoid(x0).
        RouterOptions options = RouterOptions.Default with { NumSharedExperts = 2 };
        var router = new MoeRouter(RoutingMethod.TopKSoftmax, 3, 1, new float[] { 2, 0, -1, 0, 0, 0 }, options)
        {
            Bias = new float[] { 0, 5, 1 },
            SharedGateWeight = new float[] { 1, 0 },
        };
        var ids = new int[6];
        var scales = new float[6];
        ManagedRouter.Route<Half>([(Half)3, (Half)100, (Half)(-1), (Half)100], router, ids, scales);
        Assert.Equal([0, 3, 4, 1, 3, 4], ids);
        Assert.Equal([1, 1 / (1 + MathF.Exp(-3)), 1 / (1 + MathF.Exp(-3)), 1, 1 / (1 + MathF.Exp(1)), 1 / (1 + MathF.Exp(1))], scales);
        ArgumentException problem = Assert.Throws<ArgumentException>(() => ManagedRouter.SelectExperts(new float[3], router, new int[3], new float[3]));
        Assert.Contains("router has SharedGateWeight", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_lengths_are_named()
    {
        var router = new MoeRouter(RoutingMethod.SigmoidTopK, 4, 2, new float[8], RouterOptions.Default with { NumSharedExperts = 1 });
        Assert.Contains("tokenSelectedExperts has 2 elements; required are 3 ([T, K + S])", Message(() => ManagedRouter.SelectExperts(new float[4], router, new int[2], new float[3])), StringComparison.Ordinal);
        Assert.Contains("tokenFinalScales has 2 elements", Message(() => ManagedRouter.SelectExperts(new float[4], router, new int[3], new float[2])), StringComparison.Ordinal);
        Assert.Contains("input has 3 elements", Message(() => ManagedRouter.Route<float>(new float[3], router, new int[3], new float[3])), StringComparison.Ordinal);
        Assert.Contains("topK is 3; allowed is 2 with SparseMixer", Message(() => ManagedRouter.SelectExperts(new float[4], 4, 3, RoutingMethod.SparseMixer, new int[3], new float[3])), StringComparison.Ordinal);

        static string Message(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;
    }

    private static IEnumerable<(int Experts, int TopK, RouterOptions Options)> Cases(RoutingMethod routing)
    {
        RouterOptions plain = RouterOptions.Default;
        RouterOptions scaled = plain with { RoutedScalingFactor = 2.5f, NumSharedExperts = 2 };
        if (routing == RoutingMethod.SparseMixer)
        {
            return [(16, 2, plain), (5, 2, scaled with { JitterEpsilon = 0.2f })];
        }

        (int, int, RouterOptions)[] cases = [(1, 1, plain), (60, 4, scaled), (8, 8, plain), (100, 30, scaled)];
        RouterOptions grouped = scaled with { NumExpertGroups = 8, NumSelectedGroups = 3 };
        IEnumerable<(int, int, RouterOptions)> all = RouterChecks.HasGroups(routing) ? [.. cases, (64, 6, grouped), (24, 9, grouped), (8, 3, grouped)] : cases;
        return RouterChecks.MayRenormalize(routing) ? all.Concat(all.Select(one => (one.Item1, one.Item2, one.Item3 with { Renormalize = true }))) : all;
    }

    private static MoeRouter Router(RoutingMethod routing, int experts, int topK, RouterOptions options, Random random) =>
        new(routing, experts, topK, new float[experts], options)
        {
            SelectionBias = RouterChecks.TakesSelectionBias(routing)
                ? Enumerable.Range(0, experts).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray()
                : default,
        };

    private static (int[] Ids, float[] Scales) Select(MoeRouter router, float[] logits)
    {
        var ids = new int[logits.Length / router.NumExperts * router.SlotsPerToken];
        var scales = new float[ids.Length];
        ManagedRouter.SelectExperts(logits, router, ids, scales);
        return (ids, scales);
    }
}
