using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Tokens from a count in device memory on: they reach no expert, and their rows are zeros, whatever stands in their input, ids and scales.</summary>
public sealed class TokenCountTests
{
    public static TheoryData<int, int> Counts
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (int tokens in new[] { 20, 100, 2100 })
            {
                foreach (int count in new[] { 0, 1, tokens - 3, tokens, tokens + 1, int.MinValue, int.MaxValue })
                {
                    data.Add(tokens, count);
                }
            }

            return data;
        }
    }

    /// <summary>By the decode kernels, by a tile, and with a sort in three passes.</summary>
    [Theory, MemberData(nameof(Counts))]
    public void Given_experts(int tokens, int count)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(new Problem(tokens, 6, 2, 72, 40, Fc1Layout.GateUp));
        using var layer = new Bf16SwigluLadder(context, data.Weights, Gpu.Options);
        int valid = Math.Clamp(count, 0, tokens);
        data.Input.AsSpan(valid * 72).Fill((BFloat16)float.NaN);
        data.Scales.AsSpan(valid * 2).Fill(float.NaN);
        using var buffers = new Buffers<BFloat16>(context, data);
        using DeviceBuffer<int> onDevice = Buffers<int>.Upload<int>(context, [count]);
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<byte> workspace = context.Allocate<byte>(layer.GetWorkspaceBytes(tokens, 2));
        workspace.Fill(0xFF, stream);
        buffers.Output.Fill(0xFF, stream);
        layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream, workspace, onDevice);
        stream.Synchronize();
        AssertOutput<Bf16SwigluLadder, BFloat16>(data, buffers.ReadOutput(), valid);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(50)]
    public void With_cublas(int count)
    {
        CudaContext context = Gpu.RequireCublas();
        var data = new Data<Half>(new Problem(50, 4, 2, 64, 32, Fc1Layout.GateUp));
        using var layer = new Fp16CublasRouted(context, data.Weights, Gpu.Options);
        float[] logits = Data<float>.Normal(new Random(4), 50 * 4, 1);
        ManagedRouter.SelectExperts(logits, 4, 2, RoutingMethod.SoftmaxTopKRenormalized, data.Ids, data.Scales);
        logits.AsSpan(count * 4).Fill(float.NaN);
        using var buffers = new Buffers<Half>(context, data);
        using DeviceBuffer<float> deviceLogits = Buffers<float>.Upload<float>(context, logits);
        using DeviceBuffer<int> onDevice = Buffers<int>.Upload<int>(context, [count]);
        using CudaStream stream = context.CreateStream();
        buffers.Output.Fill(0xFF, stream);
        layer.ForwardFromLogits(buffers.Input, deviceLogits, 2, buffers.Output, stream, null, onDevice);
        stream.Synchronize();
        AssertOutput<Fp16CublasRouted, Half>(data, buffers.ReadOutput(), count);
    }

    private static void AssertOutput<TLayer, T>(Data<T> data, T[] output, int valid)
        where TLayer : IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        (int elements, int slots) = (valid * data.Problem.H, valid * data.Problem.K);
        Assert.All(output[elements..], value => Assert.Equal(0, ElementConversion.ToDouble(value)));
        double[] expected = ManagedMoe.ForwardDouble<T>(
            data.Weights, TLayer.Descriptor.Activation, data.Input.AsSpan(0, elements), data.Ids.AsSpan(0, slots), data.Scales.AsSpan(0, slots), data.Problem.K);
        ContractVerdict verdict = NumericContract.For(TLayer.Descriptor.Dtype).Check<T>(output.AsSpan(0, elements), expected, data.Problem.H);
        Assert.True(verdict.Passed, $"{data.Problem}, {valid} tokens: {verdict}");
    }
}
