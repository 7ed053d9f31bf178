using Xunit;

namespace MoeGen.Tests;

public class RouterLogitsTests
{
    [Theory]
    [InlineData(1, 5, 40)]
    [InlineData(150, 13, 40)]
    [InlineData(64, 60, 11)]
    [InlineData(6, 3, 1 << 20)]
    public void Agrees_with_the_sums_and_does_not_depend_on_the_number_of_threads(int tokens, int experts, int hidden)
    {
        // The last case has more than the 2^22 elements that are widened at a time.
        var random = new Random(91);
        float[] input = Values(random, tokens * hidden);
        float[] weight = Values(random, experts * hidden);
        float[] logits = RouterLogits.Compute<float, float>(input, weight, hidden, maxDegreeOfParallelism: 1);
        for (int t = 0; t < tokens; t++)
        {
            for (int e = 0; e < experts; e++)
            {
                double sum = 0;
                for (int i = 0; i < hidden; i++)
                {
                    sum += (double)input[(t * hidden) + i] * weight[(e * hidden) + i];
                }

                Assert.Equal(sum, logits[(t * experts) + e], Math.Max(1e-7 * Math.Abs(sum), 1e-9));
            }
        }

        Assert.Contains(logits, value => Math.Abs(value) > 0.1);
        foreach (int threads in new[] { 2, 3, -1 })
        {
            Assert.Equal(logits, RouterLogits.Compute<float, float>(input, weight, hidden, threads));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    public void Wrong_numbers_of_threads_are_named(int threads) => Assert.Contains(
        $"maxDegreeOfParallelism is {threads}; allowed are -1 and positive numbers",
        Assert.Throws<ArgumentOutOfRangeException>(() => RouterLogits.Compute<float, float>(new float[8], new float[8], 8, threads)).Message,
        StringComparison.Ordinal);

    private static float[] Values(Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)((2 * random.NextDouble()) - 1);
        }

        return values;
    }
}
