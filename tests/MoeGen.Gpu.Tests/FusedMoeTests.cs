using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>The contract of cutlass_fused_moe in one call.</summary>
public sealed class FusedMoeTests
{
    private static readonly Problem Shared = new(24, 4, 2, 136, 72, Fc1Layout.UpGate);

    [Fact]
    public void All_arguments_at_once()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(Shared);
        MoeWeights<BFloat16> weights = data.WithOptions(Activation.SwigluOai, biases: true, constants: true);
        using DeviceMoeWeights<BFloat16> device = DeviceMoeWeights<BFloat16>.Upload(context, weights);
        using var buffers = new Buffers<BFloat16>(context, data);
        using MoeKernels<Bf16SwigluOai, BFloat16> kernels = MoeKernels<Bf16SwigluOai, BFloat16>.Load(context, Gpu.Options);
        using CudaStream stream = context.CreateStream();
        FusedMoeArguments<BFloat16> arguments = Arguments(buffers, device);

        using DeviceBuffer<BFloat16> allocated = kernels.FusedMoe(arguments, stream);
        stream.Synchronize();
        var output = new BFloat16[allocated.Length];
        allocated.CopyTo(output);
        double[] expected = Reference(weights, data.Ids, data.Scales);
        AssertContract(output, expected);

        // Output given, workspace given, scales left out.
        using DeviceBuffer<byte> workspace = context.Allocate<byte>(kernels.GetWorkspaceBytes(Shared.Shape, Shared.T, Shared.K));
        DeviceBuffer<BFloat16> returned = kernels.FusedMoe(
            arguments with { Output = buffers.Output, WorkspaceBuffer = workspace, TokenFinalScales = null }, stream);
        stream.Synchronize();
        Assert.Same(buffers.Output, returned);
        AssertContract(buffers.ReadOutput(), Reference(weights, data.Ids, []));

        double[] Reference(MoeWeights<BFloat16> of, int[] ids, float[] scales) => ManagedMoe.ForwardDouble<BFloat16>(
            of, Activation.SwigluOai, data.Input, ids, scales, Shared.K, swiglu: Bf16SwigluOai.Descriptor.Swiglu);
    }

    [Fact]
    public void Shards_of_experts_add_up_and_only_rank_0_adds_the_bias()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(Shared);
        MoeWeights<BFloat16> weights = data.WithOptions(Activation.SwigluOai, biases: true, constants: false);
        using DeviceMoeWeights<BFloat16> device = DeviceMoeWeights<BFloat16>.Upload(context, weights);
        using var buffers = new Buffers<BFloat16>(context, data);
        using MoeKernels<Bf16SwigluOai, BFloat16> kernels = MoeKernels<Bf16SwigluOai, BFloat16>.Load(context, Gpu.Options);
        using CudaStream stream = context.CreateStream();
        FusedMoeArguments<BFloat16> arguments = Arguments(buffers, device) with { Output = buffers.Output };

        // Rank 1 of 2 holds global experts 4..7: ids shifted by 4 are its own, unshifted ones another's.
        buffers.Ids.CopyFrom([.. data.Ids.Select(id => id + 4)]);
        AssertContract(RunWith(arguments with { EpSize = 2, EpRank = 1 }), Reference(weights));
        Assert.All(RunWith(arguments with { EpSize = 2, EpRank = 0 }), value => Assert.Equal(0, value.ToBits()));

        buffers.Ids.CopyFrom(data.Ids);
        MoeWeights<BFloat16> withoutFc2Bias = data.WithOptions(Activation.SwigluOai, biases: true, constants: false, fc2Bias: false);
        AssertContract(RunWith(arguments with { TpSize = 2, TpRank = 1 }), Reference(withoutFc2Bias));

        BFloat16[] RunWith(FusedMoeArguments<BFloat16> with)
        {
            kernels.FusedMoe(with, stream);
            stream.Synchronize();
            return buffers.ReadOutput();
        }

        double[] Reference(MoeWeights<BFloat16> of) => ManagedMoe.ForwardDouble<BFloat16>(
            of, Activation.SwigluOai, data.Input, data.Ids, data.Scales, Shared.K, swiglu: Bf16SwigluOai.Descriptor.Swiglu);
    }

    [Fact]
    public void Bad_arguments_name_themselves()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(Shared);
        using DeviceMoeWeights<BFloat16> device = DeviceMoeWeights<BFloat16>.Upload(context, data.Weights);
        using var buffers = new Buffers<BFloat16>(context, data);
        using MoeKernels<Bf16SwigluPinned, BFloat16> kernels = MoeKernels<Bf16SwigluPinned, BFloat16>.Load(context, Gpu.Options);
        using CudaStream stream = context.CreateStream();
        FusedMoeArguments<BFloat16> good = Arguments(buffers, device);
        Refuses(good with { Fc1Layout = Fc1Layout.Plain }, "Plain");
        Refuses(good with { EpRank = 1 }, "EpRank is 1");
        Refuses(good with { TpSize = 0 }, "TpSize is 0");
        Refuses(good with { Fc1ExpertBiases = buffers.Input }, "fc1ExpertBiases has");
        Refuses(good with { SwigluLimit = buffers.Scales }, "swigluLimit is given");
        Refuses(good with { Shape = new MoeShape(4, 128, 72) }, "fc1ExpertWeights has");
        Refuses(good with { Output = device.Fc2ExpertWeights }, "output has");

        // A class's own GEMM is never replaced by the generated one behind its back.
        using MoeKernels<Bf16Custom, BFloat16> custom = MoeKernels<Bf16Custom, BFloat16>.Load(context, Gpu.Options);
        Assert.Contains("methods of a layer", Assert.Throws<InvalidOperationException>(() => custom.FusedMoe(good, stream)).Message, StringComparison.Ordinal);

        void Refuses(FusedMoeArguments<BFloat16> arguments, string part) =>
            Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(() => kernels.FusedMoe(arguments, stream)).Message, StringComparison.Ordinal);
    }

    private static FusedMoeArguments<BFloat16> Arguments(Buffers<BFloat16> buffers, DeviceMoeWeights<BFloat16> weights) => new()
    {
        Input = buffers.Input,
        TokenSelectedExperts = buffers.Ids,
        TokenFinalScales = buffers.Scales,
        Fc1ExpertWeights = weights.Fc1ExpertWeights,
        Fc2ExpertWeights = weights.Fc2ExpertWeights,
        Shape = weights.Shape,
        Fc1Layout = weights.Fc1Layout,
        Fc1ExpertBiases = weights.Fc1ExpertBiases,
        Fc2ExpertBiases = weights.Fc2ExpertBiases,
        SwigluAlpha = weights.SwigluAlpha,
        SwigluBeta = weights.SwigluBeta,
        SwigluLimit = weights.SwigluLimit,
    };

    private static void AssertContract(BFloat16[] output, double[] expected)
    {
        ContractVerdict verdict = NumericContract.For(Dtype.BF16).Check<BFloat16>(output, expected, Shared.H);
        Assert.True(verdict.Passed, verdict.ToString());
    }
}
