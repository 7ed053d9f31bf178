using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>One call as cutlass_fused_moe takes it, at the size from which this project began: FP16, T 128, H 512, E 8, I 2048, K 2.</summary>
public sealed class SeedCaseTests
{
    [Fact]
    public void Fused_moe_fp16()
    {
        CudaContext context = Gpu.Context;
        var problem = new Problem(128, 8, 2, 512, 2048, Fc1Layout.UpGate);
        var data = new Data<Half>(problem);
        using DeviceMoeWeights<Half> weights = DeviceMoeWeights<Half>.Upload(context, data.Weights);
        using var buffers = new Buffers<Half>(context, data);
        using MoeKernels<Fp16SwigluWide, Half> kernels = MoeKernels<Fp16SwigluWide, Half>.Load(context, Gpu.Options);
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<Half> output = kernels.FusedMoe(
            new FusedMoeArguments<Half>
            {
                Input = buffers.Input,
                TokenSelectedExperts = buffers.Ids,
                TokenFinalScales = buffers.Scales,
                Fc1ExpertWeights = weights.Fc1ExpertWeights,
                Fc2ExpertWeights = weights.Fc2ExpertWeights,
                Shape = problem.Shape,
                Fc1Layout = problem.Layout,
            },
            stream);
        stream.Synchronize();
        var values = new Half[output.Length];
        output.CopyTo(values);
        LayerHarness.AssertContract<Fp16SwigluWide, Half>(data, values, data.Ids, data.Scales);
    }
}
