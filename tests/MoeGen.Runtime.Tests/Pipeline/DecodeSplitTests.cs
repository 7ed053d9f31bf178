using Xunit;

namespace MoeGen.Runtime.Tests;

public sealed class DecodeSplitTests
{
    [Theory]
    [InlineData(8, 512, 2048, 2, 16, 1)]     // 22 rounds of loads at most
    [InlineData(8, 512, 2048, 16, 16, 4)]    // a block for each multiprocessor
    [InlineData(8, 256, 2048, 64, 8, 8)]     // no more than eight blocks
    [InlineData(128, 2048, 768, 8, 16, 1)]   // blocks enough
    [InlineData(128, 2048, 768, 64, 8, 2)]   // two of eight warps where one of 16 would be
    [InlineData(32, 7168, 2048, 8, 8, 1)]    // more columns than multiprocessors
    [InlineData(1, 16, 8, 1, 16, 1)]         // nothing to divide
    public void Divides_until_all_warps_are_busy(int experts, int hiddenSize, int intermediateSize, int slots, int warps, int blocks) =>
        Assert.Equal(new DecodeSplit(warps, blocks), DecodeSplit.Of(new MoeShape(experts, hiddenSize, intermediateSize), slots, new DecodeLimits(132, AllowsWideBlocks: true)));

    [Fact]
    public void Blocks_of_16_warps_are_left_out_where_they_do_not_fit() =>
        Assert.Equal(new DecodeSplit(8, 2), DecodeSplit.Of(new MoeShape(128, 2048, 768), 8, new DecodeLimits(132, AllowsWideBlocks: false)));

    [Fact]
    public void Sums_of_all_warps_fit_the_shared_memory_of_a_block()
    {
        for (int slots = 1; slots <= GemmVariant.MaxDecodeSlots; slots++)
        {
            Assert.InRange(DecodeSplit.Of(new MoeShape(8, 512, 2048), slots, new DecodeLimits(132, AllowsWideBlocks: true)).Warps * slots, 1, 512);
        }
    }
}
