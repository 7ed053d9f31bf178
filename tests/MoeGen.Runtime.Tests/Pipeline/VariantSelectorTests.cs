using Xunit;

namespace MoeGen.Tests;

/// <summary>Which variant a call takes, from its sizes and the device alone.</summary>
public sealed class VariantSelectorTests : IDisposable
{
    private static readonly MoeShape Mixtral = new(8, 4096, 14336);
    private static readonly MoeShape Qwen = new(128, 2048, 768);

    private readonly FakeGpu _gpu = new(LadderMoe.Descriptor, new(9, 0), 232448);

    public static TheoryData<string, int, int, string> Choices => new()
    {
        { "mixtral", 1, 2, "decode" },
        { "qwen", 8, 8, "decode" },
        { "mixtral", 64, 2, "m32n128k64s3" },
        { "qwen", 64, 8, "m32n128k64s3" },
        { "qwen", 1024, 8, "m80n128k64s3" },
        { "mixtral", 512, 2, "m160n128k64s3" },
        { "mixtral", 4096, 2, "m128n256k64s3" },
        { "qwen", 512, 8, "m64n128k64s4" },
        { "qwen", 16384, 8, "m128n256k64s3" },
    };

    public void Dispose() => _gpu.Dispose();

    [Theory, MemberData(nameof(Choices))]
    public void The_variant_follows_the_rows_an_expert_has(string model, int tokens, int topK, string expected)
    {
        var selector = new VariantSelector(LadderMoe.Descriptor, _gpu.Context, null);
        Assert.Equal(expected, selector.At(selector.Select(model == "qwen" ? Qwen : Mixtral, tokens, topK)).Name);
    }

    [Theory]
    [InlineData(8, 512, 2048, 64, 2, 4)]       // 40 tiles or so, of 32 stages
    [InlineData(8, 512, 2048, 512, 2, 4)]      // 64 tiles
    [InlineData(8, 512, 2048, 16384, 2, 1)]    // tiles for many waves
    [InlineData(8, 4096, 14336, 64, 2, 1)]     // memory is busy with one tile a block
    [InlineData(8, 4096, 14336, 512, 2, 1)]    // they follow GEMM1's
    [InlineData(8, 4096, 14336, 4096, 2, 1)]
    [InlineData(128, 2048, 768, 64, 8, 1)]
    [InlineData(128, 2048, 768, 512, 8, 1)]
    public void GEMM2_divides_its_depth_where_tiles_are_few(int experts, int hidden, int intermediate, int tokens, int topK, int parts)
    {
        using var gpu = new FakeGpu(LadderMoe.Descriptor, new(9, 0), 232448, multiprocessors: 132, memoryBusBits: 3072);
        var selector = new VariantSelector(LadderMoe.Descriptor, gpu.Context, null);
        var shape = new MoeShape(experts, hidden, intermediate);
        Assert.Equal(parts, 1 << selector.LogSplits(selector.Select(shape, tokens, topK), shape, tokens, topK));
    }

    [Fact]
    public void More_tokens_never_take_a_flatter_tile_while_one_holds_an_experts_rows()
    {
        var selector = new VariantSelector(LadderMoe.Descriptor, _gpu.Context, null);
        int rows = 0;
        for (int tokens = 1; tokens < 400; tokens = (tokens * 5 / 4) + 1)
        {
            GemmVariant variant = selector.At(selector.Select(Mixtral, tokens, 2)).Gemm1;
            Assert.InRange(variant.TileM, rows, 128);
            rows = variant.TileM;
        }
    }

    [Fact]
    public void A_named_variant_is_taken_for_every_call()
    {
        var selector = new VariantSelector(LadderMoe.Descriptor, _gpu.Context, "m80n128k64s3");
        Assert.All((int[])[1, 64, 4096], tokens => Assert.Equal("m80n128k64s3", selector.At(selector.Select(Mixtral, tokens, 2)).Name));
    }

    [Fact]
    public void Two_named_variants_are_taken_one_for_each_GEMM()
    {
        var selector = new VariantSelector(LadderMoe.Descriptor, _gpu.Context, "m128n256k64s3+m64n128k64s4");
        VariantChoice choice = selector.At(selector.Select(Mixtral, 64, 2), VariantReason.Named);
        Assert.Equal(("m128n256k64s3", "m64n128k64s4", "m128n256k64s3+m64n128k64s4"), (choice.Gemm1.Name, choice.Gemm2.Name, choice.Name));
    }

    [Fact]
    public void Every_choice_has_an_index_and_a_name_of_its_own()
    {
        var selector = new VariantSelector(LadderMoe.Descriptor, _gpu.Context, null);
        int tiles = LadderMoe.Descriptor.Variants.Count;
        int[] indices = [selector.DecodeIndex, .. Enumerable.Range(0, tiles * tiles).Select(pair => selector.IndexOf(pair / tiles, pair % tiles))];
        Assert.Equal(indices.Length, indices.Distinct().Count());
        Assert.All(indices, index =>
        {
            Assert.True(selector.TryFind(selector.NameOf(index), out int found));
            Assert.Equal((index, index), (found, selector.Gemms(index) is var (gemm1, gemm2) && gemm1 != selector.DecodeIndex ? selector.IndexOf(gemm1, gemm2) : index));
        });
        Assert.All((string[])["", "+", "decode+m64n128k64s4", "m64n128k64s4+decode", "m64n128k64s4+", "+m64n128k64s4", "m64n128k64s4+m16n128k64s3+m16n128k64s3"], name =>
            Assert.False(selector.TryFind(name, out _), name));
    }

    [Fact]
    public void A_name_that_does_not_exist_or_fit_is_refused_with_those_that_do()
    {
        string unknown = Assert.Throws<ArgumentException>(() => new VariantSelector(LadderMoe.Descriptor, _gpu.Context, "m1")).Message;
        Assert.Contains("'m1'", unknown, StringComparison.Ordinal);
        Assert.Contains("m160n128k64s3, decode", unknown, StringComparison.Ordinal);

        using var small = new FakeGpu(LadderMoe.Descriptor);
        string large = Assert.Throws<ArgumentException>(() => new VariantSelector(LadderMoe.Descriptor, small.Context, "m128n256k64s3")).Message;
        Assert.Contains("m128n128k64s3, decode", large, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new VariantSelector(PluggedMoe.Descriptor, _gpu.Context, "decode"));
        Assert.Contains("allowed are m16n128k64s5, decode", Assert.Throws<ArgumentException>(() => new VariantSelector(PinnedMoe.Descriptor, _gpu.Context, "m1")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 4096, 14336)]
    [InlineData(128, 2048, 768)]
    [InlineData(1, 64, 32)]
    public void Beside_a_pinned_tile_the_decode_kernels_run_where_they_run_beside_the_ladder(int experts, int hidden, int intermediate)
    {
        var shape = new MoeShape(experts, hidden, intermediate);
        var ladder = new VariantSelector(LadderMoe.Descriptor, _gpu.Context, null);
        var pinned = new VariantSelector(PinnedMoe.Descriptor, _gpu.Context, null);
        var taken = new HashSet<string>();
        foreach (int topK in (int[])[1, 2, 4, 8, 32])
        {
            for (int tokens = 1; tokens <= 100; tokens++)
            {
                bool decodes = ladder.Select(shape, tokens, topK) == ladder.DecodeIndex;
                string name = pinned.NameOf(pinned.Select(shape, tokens, topK, out VariantReason reason));
                Assert.Equal((decodes ? "decode" : "m16n128k64s5", VariantReason.Model), (name, reason));
                taken.Add(name);
            }
        }

        Assert.Equal(2, taken.Count);
    }

    [Fact]
    public void A_pinned_tile_can_be_named_for_few_tokens_and_a_class_with_a_GEMM_of_its_own_has_no_other()
    {
        var named = new VariantSelector(PinnedMoe.Descriptor, _gpu.Context, "m16n128k64s5");
        var own = new VariantSelector(PluggedMoe.Descriptor, _gpu.Context, null);
        Assert.All((int[])[1, 64, 4096], tokens => Assert.Equal((0, 0), (named.Select(Mixtral, tokens, 2), own.Select(Mixtral, tokens, 2))));
        Assert.Equal([0], own.Candidates);
    }

    [Fact]
    public void Decode_that_is_named_refuses_more_slots_than_it_holds()
    {
        var selector = new VariantSelector(LadderMoe.Descriptor, _gpu.Context, "decode");
        Assert.Equal(selector.DecodeIndex, selector.Select(Mixtral, 32, 2));
        Assert.Contains("66", Assert.Throws<InvalidOperationException>(() => selector.Select(Mixtral, 33, 2)).Message, StringComparison.Ordinal);
    }
}
