using Xunit;

namespace MoeGen.Tests;

/// <summary>Which devices take which tiles; a refusal comes before any launch and gives the reason.</summary>
public sealed class ArchitectureTests
{
    private static readonly MoeWeights<BFloat16> Weights = FakeGpu.Weights<BFloat16>(new(2, 16, 16), Fc1Layout.GateUp);

    [Theory]
    [InlineData(8, 0, 163)]
    [InlineData(8, 7, 163)]
    [InlineData(8, 6, 99)]
    [InlineData(8, 9, 99)]
    [InlineData(12, 0, 99)]
    [InlineData(9, 0, 227)]
    [InlineData(10, 0, 227)]
    public void Shared_memory_of_each_family(int major, int minor, int kilobytes) =>
        Assert.Equal(kilobytes * 1024, GpuArchitecture.For(new(major, minor), 227 * 1024).SharedMemoryPerBlock);

    [Fact]
    public void A_device_that_reports_less_is_believed_and_an_unknown_one_reports_itself()
    {
        Assert.Equal(50_000, GpuArchitecture.For(new(8, 0), 50_000).SharedMemoryPerBlock);
        Assert.Equal(70_000, GpuArchitecture.For(new(14, 3), 70_000).SharedMemoryPerBlock);
    }

    [Fact]
    public void Older_than_8_0_is_refused()
    {
        using var gpu = new FakeGpu(LadderMoe.Descriptor, new(7, 5), 65536);
        string message = Assert.Throws<NotSupportedException>(() => new LadderMoe(gpu.Context, Weights, gpu.Options)).Message;
        Assert.Contains("7.5", message, StringComparison.Ordinal);
        Assert.Contains("8.0 or newer", message, StringComparison.Ordinal);
        Assert.Equal(0, gpu.Compiler.Compilations);
    }

    [Theory]
    [InlineData(8, 6)]
    [InlineData(8, 9)]
    [InlineData(12, 0)]
    public void A_deep_pinned_tile_is_refused_on_small_parts(int major, int minor)
    {
        using var gpu = new FakeGpu(DeepTileMoe.Descriptor, new(major, minor));
        gpu.Driver.CountedCopies = [];
        string message = Assert.Throws<NotSupportedException>(() => new DeepTileMoe(gpu.Context, Weights, gpu.Options)).Message;
        Assert.Contains("122880 bytes", message, StringComparison.Ordinal);
        Assert.Contains("101376", message, StringComparison.Ordinal);

        // The decode kernels would fit, but a layer takes calls of every size.
        Assert.Throws<NotSupportedException>(() => new DeepTileMoe(gpu.Context, Weights, gpu.Options with { Variant = "decode" }));
        Assert.Equal((0, 0), (gpu.Compiler.Compilations, gpu.Driver.LaunchCount));
        Assert.Empty(gpu.Driver.CountedCopies);
    }

    [Theory]
    [InlineData(8, 0, 166912)]
    [InlineData(8, 7, 166912)]
    [InlineData(9, 0, 232448)]
    public void And_taken_where_it_fits(int major, int minor, int sharedBytes)
    {
        using var gpu = new FakeGpu(DeepTileMoe.Descriptor, new(major, minor), sharedBytes);
        using var layer = new DeepTileMoe(gpu.Context, Weights, gpu.Options);
        Assert.Equal(MoeBackend.Cuda, layer.Backend);
    }

    [Fact]
    public void A_ladder_runs_its_smaller_tiles_where_99_KB_are_all()
    {
        Assert.Contains(LadderMoe.Descriptor.Variants, variant => variant.SharedMemoryBytes > 99 * 1024);
        using var small = new FakeGpu(LadderMoe.Descriptor);
        using var layer = new LadderMoe(small.Context, FakeGpu.Weights<BFloat16>(new MoeShape(4, 64, 32), Fc1Layout.GateUp), small.Options);
        foreach (int tokens in (int[])[100, 1000, 10000, 100000])
        {
            Assert.InRange(layer.ChoiceFor(tokens, 2)!.Value.Gemm1.SharedMemoryBytes, 1, 99 * 1024);
        }
    }
}
