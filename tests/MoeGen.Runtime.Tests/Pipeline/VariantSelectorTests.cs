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
        { "qwen", 64, 8, "m16n128k64s3" },
        { "mixtral", 4096, 2, "m128n256k64s3" },
        { "qwen", 16384, 8, "m128n256k64s3" },
    };

    public void Dispose() => _gpu.Dispose();

    [Theory, MemberData(nameof(Choices))]
    public void The_variant_follows_the_rows_an_expert_has(string model, int tokens, int topK, string expected)
    {
        var selector = new VariantSelector(LadderMoe.Descriptor, _gpu.Context, null);
        Assert.Equal(expected, selector.At(selector.Select(model == "qwen" ? Qwen : Mixtral, tokens, topK)).Name);
    }

    [Fact]
    public void More_tokens_never_take_a_smaller_tile()
    {
        var selector = new VariantSelector(LadderMoe.Descriptor, _gpu.Context, null);
        int rows = 0;
        for (int tokens = 1; tokens < 100000; tokens = (tokens * 5 / 4) + 1)
        {
            GemmVariant variant = selector.At(selector.Select(Mixtral, tokens, 2));
            Assert.InRange(variant.TileM, rows, 128);
            rows = Math.Max(rows, variant.TileM);
        }
    }

    [Fact]
    public void A_named_variant_is_taken_for_every_call()
    {
        var selector = new VariantSelector(LadderMoe.Descriptor, _gpu.Context, "m64n256k64s3");
        Assert.All((int[])[1, 64, 4096], tokens => Assert.Equal("m64n256k64s3", selector.At(selector.Select(Mixtral, tokens, 2)).Name));
    }

    [Fact]
    public void A_name_that_does_not_exist_or_fit_is_refused_with_those_that_do()
    {
        string unknown = Assert.Throws<ArgumentException>(() => new VariantSelector(LadderMoe.Descriptor, _gpu.Context, "m1")).Message;
        Assert.Contains("'m1'", unknown, StringComparison.Ordinal);
        Assert.Contains("m128n256k64s3, decode", unknown, StringComparison.Ordinal);

        using var small = new FakeGpu(LadderMoe.Descriptor);
        string large = Assert.Throws<ArgumentException>(() => new VariantSelector(LadderMoe.Descriptor, small.Context, "m128n256k64s3")).Message;
        Assert.Contains("m128n128k64s3, decode", large, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new VariantSelector(DeepTileMoe.Descriptor, _gpu.Context, "decode"));
    }

    [Fact]
    public void Decode_that_is_named_refuses_more_slots_than_it_holds()
    {
        var selector = new VariantSelector(LadderMoe.Descriptor, _gpu.Context, "decode");
        Assert.Equal(selector.DecodeIndex, selector.Select(Mixtral, 32, 2));
        Assert.Contains("66", Assert.Throws<InvalidOperationException>(() => selector.Select(Mixtral, 33, 2)).Message, StringComparison.Ordinal);
    }
}
