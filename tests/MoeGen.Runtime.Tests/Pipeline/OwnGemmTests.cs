using Xunit;

namespace MoeGen.Tests;

/// <summary>Classes that implement a GEMM have no kernel of it.</summary>
public sealed class OwnGemmTests
{
    [Fact]
    public void A_gemm_of_the_class_is_not_launched()
    {
        using var gpu = new FakeGpu(PluggedMoe.Descriptor);
        using var parts = new KernelParts(gpu.Context, part => throw new InvalidOperationException($"Nothing is to be compiled, and '{part}' was."));
        var launchers = new PluggedMoe.Launchers(parts);
        using CudaStream stream = gpu.Context.CreateStream();
        Assert.Equal(
            "The class implements Gemm1, so there is no kernel of GEMM1: remove the method to have it generated.",
            Assert.Throws<InvalidOperationException>(() => launchers.Gemm1(0, default, stream)).Message);
    }

    [Fact]
    public void Without_generated_gemms_the_text_is_one_part_and_calls_sort_by_a_tile_height()
    {
        using var gpu = new FakeGpu(OwnGemmsMoe.Descriptor);
        using var layer = new OwnGemmsMoe(gpu.Context, FakeGpu.Weights<BFloat16>(FakeCall.Shape, Fc1Layout.GateUp), gpu.Options);
        layer.Prepare(TestContext.Current.CancellationToken);
        layer.Prepare(1000, 2);
        Assert.Equal([""], gpu.Compiler.Parts);
        Assert.Equal(0, new OwnGemmsMoe.Launchers(new KernelParts(gpu.Context, _ => throw new InvalidOperationException())).ResidentBlocks(0));
        using DeviceBuffer<BFloat16> input = gpu.Context.Allocate<BFloat16>(64);
        using DeviceBuffer<int> ids = gpu.Context.Allocate<int>(2);
        using DeviceBuffer<BFloat16> output = gpu.Context.Allocate<BFloat16>(64);
        using CudaStream stream = gpu.Context.CreateStream();
        layer.Forward(input, ids, null, output, stream);
        Assert.Equal(["moe_route_small", "moe_permute", "moe_apply_activation", "moe_finalize"], gpu.Driver.Launches.Select(launch => launch.Kernel));
        Assert.Equal((1, 1), (layer.Gemm1Calls, layer.Gemm2Calls));
        Assert.Contains("Gemm = Custom", Assert.Throws<InvalidOperationException>(() => layer.Tune(2, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }
}
