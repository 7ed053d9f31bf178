using System.Runtime.InteropServices;
using Xunit;

namespace MoeGen.Tests;

/// <summary>What a layer enqueues, in which order, with which sizes.</summary>
public sealed class LayerLaunchTests
{
    private static readonly MoeShape Shape = new(4, 64, 32);

    [Fact]
    public void Few_tokens_take_one_launch()
    {
        using var gpu = new FakeGpu(LadderMoe.Descriptor);
        using var layer = new LadderMoe(gpu.Context, FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.GateUp), gpu.Options);
        Forward(gpu, layer, tokens: 3, topK: 2);
        Assert.Equal(["moe_decode"], gpu.Driver.Launches.Select(launch => launch.Kernel));

        // 64 columns in sixteens, of which each has one round.
        Assert.Equal([4u], gpu.Driver.Launches.Select(launch => launch.GridBlocks));

        // The activated rows, rounded up to 256 bytes.
        Assert.Equal(512 + WorkspaceLayout.CounterBytes, layer.GetWorkspaceBytes(3, 2));
    }

    [Theory]
    [InlineData(3, "decode", "moe_decode")]
    [InlineData(9, "m16n128k64s5", "moe_route_small", "moe_gemm1_m16n128k64s5", "moe_gemm2_m16n128k64s5", "moe_finalize")]
    public void Beside_a_pinned_tile_the_same(int tokens, string variant, params string[] kernels)
    {
        using var gpu = new FakeGpu(PinnedMoe.Descriptor);
        using var layer = new PinnedMoe(gpu.Context, FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.GateUp), gpu.Options);
        Forward(gpu, layer, tokens, topK: 2);
        Assert.Equal(kernels, gpu.Driver.Launches.Select(launch => launch.Kernel));
        Assert.Equal((variant, VariantReason.Model), layer.ChoiceFor(tokens, 2) is { } choice ? (choice.Name, choice.Reason) : default);
    }

    [Fact]
    public void Small_inputs_take_three_launches()
    {
        using var gpu = new FakeGpu(LadderMoe.Descriptor);
        using var layer = new LadderMoe(gpu.Context, FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.GateUp), gpu.Options);
        Forward(gpu, layer, tokens: 9, topK: 2);
        Assert.Equal(["moe_route_small", "moe_gemms_m32n128k64s3", "moe_finalize"], gpu.Driver.Launches.Select(launch => launch.Kernel));
        Assert.Equal([1u, 144u, 2u], gpu.Driver.Launches.Select(launch => launch.GridBlocks));
    }

    [Fact]
    public void Large_inputs_are_sorted_in_three_passes_and_take_the_largest_tile()
    {
        using var gpu = new FakeGpu(LadderMoe.Descriptor);
        using var layer = new LadderMoe(gpu.Context, FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.GateUp), gpu.Options);
        Forward(gpu, layer, tokens: 5000, topK: 2);
        Assert.Equal(
            ["moe_route_count", "moe_route_scan", "moe_route_place", "moe_gemms_m128n128k64s3", "moe_finalize"],
            gpu.Driver.Launches.Select(launch => launch.Kernel));
        RouteArguments route = MemoryMarshal.Read<RouteArguments>(gpu.Driver.Launches[0].Arguments);
        Assert.Equal((5000, 2, 4, 128), (route.NumTokens, route.TopK, route.LocalExperts.NumLocal, route.TileM));
        Assert.Equal((uint)route.NumChunks, gpu.Driver.Launches[0].GridBlocks);
        Assert.InRange((long)route.NumChunks * route.SlotsPerChunk, 10000, 10000 + route.SlotsPerChunk - 1);
    }

    [Fact]
    public void Each_layout_addresses_its_rows()
    {
        using var gpu = new FakeGpu(LadderMoe.Descriptor);
        var rows = new List<(int, int, int, int)>();
        foreach (Fc1Layout layout in new[] { Fc1Layout.GateUp, Fc1Layout.UpGate, Fc1Layout.Interleaved })
        {
            using var layer = new LadderMoe(gpu.Context, FakeGpu.Weights<BFloat16>(Shape, layout), gpu.Options);
            Forward(gpu, layer, tokens: 1, topK: 1);
            DecodeArguments<BFloat16> decode = MemoryMarshal.Read<DecodeArguments<BFloat16>>(gpu.Driver.Launches[^1].Arguments);
            Forward(gpu, layer, tokens: 100, topK: 1);
            Gemm1Arguments<BFloat16> gemm1 = MemoryMarshal.Read<GemmsArguments<BFloat16>>(gpu.Driver.Launches[^2].Arguments).Gemm1;
            rows.Add((gemm1.GateRowOffset, gemm1.GateRowStride, gemm1.UpRowOffset, gemm1.UpRowStride));
            Assert.Equal(rows[^1], (decode.GateRowOffset, decode.GateRowStride, decode.UpRowOffset, decode.UpRowStride));
        }

        Assert.Equal([(0, 1, 32, 1), (32, 1, 0, 1), (0, 2, 1, 2)], rows);

        // Routing and finalize, the decode kernels, one tile; three layers find them in the cache.
        Assert.Equal(3, gpu.Compiler.Compilations);
    }

    [Theory]
    [InlineData(9, "moe_select_and_route", 3)]
    [InlineData(512, "moe_select_and_route", 128)]
    [InlineData(513, "moe_select_experts", 65)]
    public void Routing_layers_select_first(int tokens, string kernel, int blocks)
    {
        using var gpu = new FakeGpu(RoutedMoe.Descriptor);
        using var layer = new RoutedMoe(gpu.Context, FakeGpu.Weights<Half>(Shape, Fc1Layout.Plain), gpu.Options);
        using CudaStream stream = gpu.Context.CreateStream();
        using DeviceBuffer<Half> input = gpu.Context.Allocate<Half>(tokens * 64);
        using DeviceBuffer<float> logits = gpu.Context.Allocate<float>(tokens * 4);
        using DeviceBuffer<Half> output = gpu.Context.Allocate<Half>(tokens * 64);
        layer.ForwardFromLogits(input, logits, 3, output, stream);
        Assert.Equal(kernel, gpu.Driver.Launches[0].Kernel);
        Assert.Equal((uint)blocks, gpu.Driver.Launches[0].GridBlocks);
        Assert.All(gpu.Driver.Launches, launch => Assert.Equal(stream.Handle, launch.Stream));
    }

    [Fact]
    public void No_token_launches_nothing()
    {
        using var gpu = new FakeGpu(LadderMoe.Descriptor);
        using var layer = new LadderMoe(gpu.Context, FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.GateUp), gpu.Options);
        Forward(gpu, layer, tokens: 0, topK: 2);
        Assert.Empty(gpu.Driver.Launches);
    }

    [Fact]
    public void Forward_allocates_no_managed_memory()
    {
        using var gpu = new FakeGpu(LadderMoe.Descriptor);
        using var layer = new LadderMoe(gpu.Context, FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.GateUp), gpu.Options);
        using CudaStream stream = gpu.Context.CreateStream();
        using DeviceBuffer<BFloat16> input = gpu.Context.Allocate<BFloat16>(3000 * 64);
        using DeviceBuffer<int> ids = gpu.Context.Allocate<int>(3000 * 2);
        using DeviceBuffer<BFloat16> output = gpu.Context.Allocate<BFloat16>(3000 * 64);
        gpu.Driver.RecordLaunches = false;
        for (int i = 0; i < 3; i++)
        {
            layer.Forward(input, ids, null, output, stream);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            layer.Forward(input, ids, null, output, stream);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Forward<TLayer>(FakeGpu gpu, TLayer layer, int tokens, int topK)
        where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
    {
        using CudaStream stream = gpu.Context.CreateStream();
        using DeviceBuffer<BFloat16> input = gpu.Context.Allocate<BFloat16>(tokens * 64L);
        using DeviceBuffer<int> ids = gpu.Context.Allocate<int>((long)tokens * topK);
        using DeviceBuffer<BFloat16> output = gpu.Context.Allocate<BFloat16>(tokens * 64L);
        layer.Forward(input, ids, null, output, stream);
    }
}
