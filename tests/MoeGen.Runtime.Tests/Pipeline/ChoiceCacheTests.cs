using Xunit;

namespace MoeGen.Tests;

/// <summary>Choices that are remembered are the ones that are computed.</summary>
public sealed class ChoiceCacheTests
{
    [Fact]
    public void What_was_set_is_found_whole_and_nothing_else_is()
    {
        var cache = new ChoiceCache(new MoeShape(8, 64, 64));
        var expected = new Dictionary<(int, int), (int, VariantReason)>();
        for (int tokens = 0; tokens < 5000; tokens++)
        {
            expected[(tokens, 1 + (tokens % 32))] = (tokens % 7, (VariantReason)(tokens % 3));
            cache.Set(tokens, 1 + (tokens % 32), tokens % 7, (VariantReason)(tokens % 3));
        }

        cache.Set(int.MaxValue, 32, 6, VariantReason.Named);
        Assert.True(cache.TryGet(int.MaxValue, 32, out int variant, out VariantReason reason));
        Assert.Equal((6, VariantReason.Named), (variant, reason));
        int found = 0;
        for (int tokens = 0; tokens < 5000; tokens++)
        {
            for (int topK = 1; topK <= 32; topK++)
            {
                if (cache.TryGet(tokens, topK, out variant, out reason))
                {
                    Assert.Equal(expected[(tokens, topK)], (variant, reason));
                    found++;
                }
            }
        }

        Assert.InRange(found, 1000, 2048);
    }

    [Fact]
    public void The_selector_answers_the_same_every_time_and_allocates_once()
    {
        using var gpu = new FakeGpu(LadderMoe.Descriptor, new(9, 0), 232448);
        var selector = new VariantSelector(LadderMoe.Descriptor, gpu.Context, null);
        MoeShape[] shapes = [.. Enumerable.Range(1, 12).Select(i => new MoeShape(8 * i, 512, 256 * i))];
        for (int round = 0; round < 2; round++)
        {
            foreach (MoeShape shape in shapes)
            {
                for (int tokens = 1; tokens < 20000; tokens += 1 + (tokens / 7))
                {
                    Assert.Equal(selector.SelectByCost(shape, tokens, 2), selector.Select(shape, tokens, 2));
                }
            }
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (MoeShape shape in shapes.AsSpan(0, 8))
        {
            for (int tokens = 1; tokens < 20000; tokens += 7)
            {
                selector.Select(shape, tokens, 3);
            }
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
