using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Layers whose GEMMs are cuBLAS': the contract in every row order, with and without optional weights, and what they refuse.</summary>
public sealed class CublasTests
{
    private static readonly Problem Ragged = new(37, 10, 3, 136, 72, Fc1Layout.Interleaved, IdPattern.Invalid);

    [Theory]
    [InlineData(Fc1Layout.GateUp)]
    [InlineData(Fc1Layout.UpGate)]
    [InlineData(Fc1Layout.Interleaved)]
    public void Bf16(Fc1Layout layout)
    {
        Gpu.RequireCublas();
        ActivationTests.Check<Bf16Cublas, BFloat16>((context, weights) => new(context, weights, Gpu.Options), Ragged with { Layout = layout });
    }

    [Theory]
    [InlineData(Fc1Layout.GateUp, IdPattern.Distinct)]
    [InlineData(Fc1Layout.UpGate, IdPattern.OneExpert)]
    [InlineData(Fc1Layout.Interleaved, IdPattern.Repeating)]
    public void Fp16(Fc1Layout layout, IdPattern ids)
    {
        Gpu.RequireCublas();
        LayerHarness.Check<Fp16Cublas, Half>((context, weights) => new(context, weights, Gpu.Options), Ragged with { Layout = layout, Ids = ids });
    }

    [Fact]
    public void One_token()
    {
        Gpu.RequireCublas();
        LayerHarness.Check<Fp16Cublas, Half>((context, weights) => new(context, weights, Gpu.Options), new(1, 4, 2, 64, 24, Fc1Layout.GateUp));
    }

    [Fact]
    public void From_logits()
    {
        CudaContext context = Gpu.RequireCublas();
        var data = new Data<Half>(new(9, 6, 2, 64, 24, Fc1Layout.GateUp));
        using var layer = new Fp16CublasRouted(context, data.Weights, Gpu.Options);
        using var reference = new Fp16CublasRouted(new ManagedBackend(), data.Weights);
        float[] logits = [.. Enumerable.Range(0, 9 * 6).Select(index => (float)Math.Sin(index * 1.7))];
        var output = new Half[data.Input.Length];
        var expected = new Half[data.Input.Length];
        layer.ForwardFromLogits(data.Input, logits, 2, output);
        reference.ForwardFromLogits(data.Input, logits, 2, expected);
        ContractVerdict verdict = NumericContract.For(Dtype.FP16).Check<Half>(output, [.. expected.Select(value => (double)value)], 64);
        Assert.True(verdict.Passed, verdict.ToString());
    }

    [Fact]
    public void Plugged_into_a_custom_class()
    {
        Gpu.RequireCublas();
        Bf16Custom? made = null;
        ActivationTests.Check<Bf16Custom, BFloat16>(
            (context, weights) =>
            {
                made = new(context, weights, Gpu.Options);
                made.UseGemm(new CublasGroupedGemm<BFloat16>(context));
                return made;
            },
            Ragged);
        Assert.Equal(0, made!.Calls);
    }

    [Fact]
    public void Another_plug_in_takes_its_place()
    {
        Gpu.RequireCublas();
        ActivationTests.Check<Bf16Cublas, BFloat16>(
            (context, weights) =>
            {
                var layer = new Bf16Cublas(context, weights, Gpu.Options);
                layer.UseGemm(new PlainGemm(context));
                return layer;
            },
            Ragged);
    }

    [Fact]
    public void Calls_on_two_streams_in_turn()
    {
        CudaContext context = Gpu.RequireCublas();
        var first = new Data<Half>(Ragged with { Layout = Fc1Layout.GateUp, Ids = IdPattern.Distinct });
        var second = new Data<Half>(first.Problem with { Ids = IdPattern.OneExpert });
        using var layer = new Fp16Cublas(context, first.Weights, Gpu.Options);
        using var firstBuffers = new Buffers<Half>(context, first);
        using var secondBuffers = new Buffers<Half>(context, second);
        using CudaStream firstStream = context.CreateStream();
        using CudaStream secondStream = context.CreateStream();
        for (int round = 0; round < 3; round++)
        {
            layer.Forward(firstBuffers.Input, firstBuffers.Ids, firstBuffers.Scales, firstBuffers.Output, firstStream);
            layer.Forward(secondBuffers.Input, secondBuffers.Ids, secondBuffers.Scales, secondBuffers.Output, secondStream);
        }

        firstStream.Synchronize();
        secondStream.Synchronize();
        LayerHarness.AssertContract<Fp16Cublas, Half>(first, firstBuffers.ReadOutput(), first.Ids, first.Scales);
        LayerHarness.AssertContract<Fp16Cublas, Half>(second, secondBuffers.ReadOutput(), second.Ids, second.Scales);
    }

    [Fact]
    public void Capture_is_refused_before_anything_is_enqueued()
    {
        CudaContext context = Gpu.RequireCublas();
        var data = new Data<Half>(Ragged with { Layout = Fc1Layout.GateUp });
        using var layer = new Fp16Cublas(context, data.Weights, Gpu.Options);
        using var buffers = new Buffers<Half>(context, data);
        using CudaStream stream = context.CreateStream();
        buffers.Output.Fill(0x11, stream);

        // With and without a workspace of the caller's.
        using DeviceBuffer<byte> workspace = context.Allocate<byte>(layer.GetWorkspaceBytes(data.Problem.T, data.Problem.K));
        Refused(() => layer.CaptureForward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream));
        Refused(() => stream.Capture(() => layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream, workspace)));
        Refused(() => stream.Capture(() => layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream)));
        stream.Synchronize();
        Assert.All(buffers.ReadOutput(), value => Assert.Equal(0x1111, BitConverter.HalfToUInt16Bits(value)));

        // The stream and the layer are as before.
        layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
        stream.Synchronize();
        LayerHarness.AssertContract<Fp16Cublas, Half>(data, buffers.ReadOutput(), data.Ids, data.Scales);

        static void Refused(Action call) =>
            Assert.Contains("cannot be captured", Assert.Throws<InvalidOperationException>(call).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Description_names_the_library()
    {
        CudaContext context = Gpu.RequireCublas();
        var data = new Data<Half>(Ragged with { Layout = Fc1Layout.GateUp });
        using var gemm = new CublasGroupedGemm<Half>(context);
        using var layer = new Fp16Cublas(context, data.Weights, Gpu.Options);
        Assert.EndsWith($", cuBLAS {gemm.Version}", layer.BackendDescription, StringComparison.Ordinal);
        Assert.DoesNotContain("cuBLAS", new Fp16Cublas(new ManagedBackend(), data.Weights).BackendDescription, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => new CublasGroupedGemm<float>(context));
    }
}
