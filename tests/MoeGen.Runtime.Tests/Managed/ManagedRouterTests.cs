using Xunit;

namespace MoeGen.Tests;

public class ManagedRouterTests
{
    [Theory]
    [InlineData(RoutingMethod.SoftmaxTopK)]
    [InlineData(RoutingMethod.SoftmaxTopKRenormalized)]
    public void Agrees_with_a_sorted_softmax(RoutingMethod routing)
    {
        var random = new Random(7);
        foreach ((int tokens, int experts, int topK) in new[] { (5, 1, 1), (9, 60, 4), (7, 8, 8), (3, 1024, 32), (4, 33, 32) })
        {
            var logits = new float[tokens * experts];
            for (int i = 0; i < logits.Length; i++)
            {
                logits[i] = (float)((random.NextDouble() * 12) - 6);
            }

            (int[] ids, float[] scales) = Select(logits, experts, topK, routing);
            for (int t = 0; t < tokens; t++)
            {
                double[] probabilities = [.. logits.Skip(t * experts).Take(experts).Select(x => Math.Exp(x))];
                double total = probabilities.Sum();
                int[] order = [.. Enumerable.Range(0, experts).OrderByDescending(e => probabilities[e]).Take(topK)];
                Assert.Equal(order, ids[(t * topK)..((t + 1) * topK)]);
                double divisor = routing == RoutingMethod.SoftmaxTopK ? total : order.Sum(e => probabilities[e]);
                for (int k = 0; k < topK; k++)
                {
                    Assert.Equal(probabilities[order[k]] / divisor, scales[(t * topK) + k], probabilities[order[k]] / divisor * 1e-7);
                }
            }
        }
    }

    [Fact]
    public void Ties_go_to_the_lowest_id()
    {
        (int[] ids, float[] scales) = Select([1, 2, 2, 0, 2, -0f, 0, 0], 4, 3, RoutingMethod.SoftmaxTopKRenormalized);
        Assert.Equal([1, 2, 0, 0, 1, 2], ids);
        Assert.Equal(scales[0], scales[1]);

        (ids, scales) = Select(new float[200], 200, 32, RoutingMethod.SoftmaxTopK);
        Assert.Equal(Enumerable.Range(0, 32), ids);
        Assert.All(scales, scale => Assert.Equal(1 / 200f, scale));
    }

    [Theory]
    [InlineData(RoutingMethod.SoftmaxTopK)]
    [InlineData(RoutingMethod.SoftmaxTopKRenormalized)]
    public void NaN_and_infinity_stay_in_their_row(RoutingMethod routing)
    {
        const float NaN = float.NaN, Inf = float.PositiveInfinity;
        float[] logits =
        [
            3, 1, 2, 0,
            NaN, 1, NaN, 2,
            NaN, NaN, NaN, NaN,
            1, Inf, 2, Inf,
            -Inf, 1, -Inf, -Inf,
            -Inf, -Inf, -Inf, -Inf,
            3, 1, 2, 0,
        ];
        (int[] ids, float[] scales) = Select(logits, 4, 3, routing);
        Assert.Equal([0, 2, 1, 3, 1, 0, 0, 1, 2, 1, 3, 2, 1, 0, 2, 0, 1, 2, 0, 2, 1], ids);
        Assert.All(scales[3..12], scale => Assert.True(float.IsNaN(scale)));
        Assert.Equal([1f, 0f, 0f], scales[12..15]);
        Assert.All(scales[15..18], scale => Assert.True(float.IsNaN(scale)));
        Assert.Equal(scales[..3], scales[18..]);
        Assert.All(scales[..3], scale => Assert.InRange(scale, 0.01f, 1f));
    }

    [Fact]
    public void A_NaN_that_is_not_chosen_shows_all_the_same()
    {
        (int[] ids, float[] scales) = Select([5, float.NaN, 4], 3, 2, RoutingMethod.SoftmaxTopKRenormalized);
        Assert.Equal([0, 2], ids);
        Assert.All(scales, scale => Assert.True(float.IsNaN(scale)));
    }

    [Fact]
    public void Large_logits_do_not_overflow()
    {
        (int[] ids, float[] scales) = Select([3e38f, -3e38f, 3e38f], 3, 3, RoutingMethod.SoftmaxTopK);
        Assert.Equal([0, 2, 1], ids);
        Assert.Equal([0.5f, 0.5f, 0f], scales);
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        AssertNames("topK is 5; allowed is 1 to 4", () => Select(new float[4], 4, 5, RoutingMethod.SoftmaxTopK));
        AssertNames("topK is 33; allowed is 1 to 32", () => Select(new float[64], 64, 33, RoutingMethod.SoftmaxTopK));
        AssertNames("topK is 0", () => Select(new float[4], 4, 0, RoutingMethod.SoftmaxTopK));
        AssertNames("numExperts is 1025; allowed is 1 to 1024", () => Select(new float[1025], 1025, 1, RoutingMethod.SoftmaxTopK));
        AssertNames("routing is Preselected", () => Select(new float[4], 4, 1, RoutingMethod.Preselected));
        AssertNames("routerLogits has 5 elements", () => Select(new float[5], 4, 1, RoutingMethod.SoftmaxTopK));
        AssertNames("tokenSelectedExperts has 3 elements; required are 2", () => ManagedRouter.SelectExperts(new float[4], 4, 2, RoutingMethod.SoftmaxTopK, new int[3], new float[2]));
        AssertNames("tokenFinalScales has 1 elements; required are 2", () => ManagedRouter.SelectExperts(new float[4], 4, 2, RoutingMethod.SoftmaxTopK, new int[2], new float[1]));
    }

    [Fact]
    public void Router_logits_are_the_products()
    {
        // 3 tokens, 5 experts (no multiple of the kernel's rows), H = 11 (no multiple of a vector).
        Half[] input = [.. Enumerable.Range(0, 33).Select(i => (Half)(i % 7 - 3))];
        float[] weight = [.. Enumerable.Range(0, 55).Select(i => (float)(i % 5 - 2))];
        float[] logits = RouterLogits.Compute<Half, float>(input, weight, 11);
        for (int t = 0; t < 3; t++)
        {
            for (int e = 0; e < 5; e++)
            {
                Assert.Equal(Enumerable.Range(0, 11).Sum(i => (float)input[(t * 11) + i] * weight[(e * 11) + i]), logits[(t * 5) + e]);
            }
        }

        Assert.Contains(logits, value => value != 0);
        Assert.Empty(RouterLogits.Compute<Half, float>([], weight, 11));
        AssertNames("input has 32 elements", () => RouterLogits.Compute<Half, float>(input.AsSpan(1), weight, 11));
        AssertNames("routerWeight has 54 elements", () => RouterLogits.Compute<Half, float>(input, weight.AsSpan(1), 11));
    }

    private static void AssertNames(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private static (int[] Ids, float[] Scales) Select(float[] logits, int experts, int topK, RoutingMethod routing)
    {
        int slots = logits.Length / experts * topK;
        var ids = new int[slots];
        var scales = new float[slots];
        ManagedRouter.SelectExperts(logits, experts, topK, routing, ids, scales);
        return (ids, scales);
    }
}
