using Xunit;

namespace MoeGen.Benchmarks.Tests;

public sealed class RoutingGeneratorTests
{
    [Theory]
    [InlineData(RoutingPattern.Random)]
    [InlineData(RoutingPattern.Zipf)]
    [InlineData(RoutingPattern.OneExpert)]
    public void Experts_of_a_token_are_distinct_and_reproducible(RoutingPattern pattern)
    {
        int[] ids = RoutingGenerator.Ids(pattern, 500, 8, 13, seed: 3);
        Assert.Equal(500 * 8, ids.Length);
        Assert.All(ids, id => Assert.InRange(id, 0, 12));
        Assert.All(ids.Chunk(8), token => Assert.Equal(8, token.Distinct().Count()));
        Assert.Equal(ids, RoutingGenerator.Ids(pattern, 500, 8, 13, seed: 3));
        Assert.NotEqual(ids, RoutingGenerator.Ids(pattern, 500, 8, 13, seed: 4));
    }

    [Fact]
    public void Random_is_uniform()
    {
        int[] counts = Counts(RoutingGenerator.Ids(RoutingPattern.Random, 20_000, 2, 8, seed: 1), 8);
        Assert.All(counts, count => Assert.InRange(count, 4700, 5300));
    }

    [Fact]
    public void Zipf_falls_with_the_rank_by_its_exponent()
    {
        int[] counts = [.. Counts(RoutingGenerator.Ids(RoutingPattern.Zipf, 200_000, 1, 16, seed: 2), 16).OrderDescending()];
        double sum = Enumerable.Range(1, 16).Sum(rank => Math.Pow(rank, -1.2));
        for (int rank = 1; rank <= 16; rank++)
        {
            double expected = 200_000 * Math.Pow(rank, -1.2) / sum;
            Assert.InRange(counts[rank - 1], expected * 0.93, expected * 1.07);
        }
    }

    [Fact]
    public void Zipf_with_several_experts_a_token_draws_without_replacement()
    {
        // Of two experts in three with weights 1, 2^-1.2 and 3^-1.2, drawn one after the other: the chance that each is among them.
        double[] weights = [1, Math.Pow(2, -1.2), Math.Pow(3, -1.2)];
        double sum = weights.Sum();
        int[] counts = [.. Counts(RoutingGenerator.Ids(RoutingPattern.Zipf, 100_000, 2, 3, seed: 5), 3).OrderDescending()];
        for (int expert = 0; expert < 3; expert++)
        {
            double chance = (weights[expert] / sum)
                + Enumerable.Range(0, 3).Where(other => other != expert).Sum(other => weights[other] / sum * weights[expert] / (sum - weights[other]));
            Assert.InRange(counts[expert] / 100_000.0, chance - 0.01, chance + 0.01);
        }
    }

    [Fact]
    public void One_expert_sends_all_tokens_to_the_same_experts()
    {
        int[][] tokens = [.. RoutingGenerator.Ids(RoutingPattern.OneExpert, 100, 4, 32, seed: 1).Chunk(4)];
        Assert.All(tokens, token => Assert.Equal(tokens[0], token));
    }

    [Fact]
    public void More_experts_a_token_than_there_are_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RoutingGenerator.Ids(RoutingPattern.Random, 1, 9, 8, seed: 0));

    private static int[] Counts(int[] ids, int experts) => [.. Enumerable.Range(0, experts).Select(expert => ids.Count(id => id == expert))];
}
