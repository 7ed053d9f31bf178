using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Real and huge sizes, checked on sampled tokens: a reference of the whole would take hours.</summary>
public sealed class LargeTests
{
    private const int Samples = 64;

    [Fact]
    public void Mixtral_4096_tokens()
    {
        CudaContext context = Gpu.Context;
        var shape = new MoeShape(8, 4096, 14336);
        const int Tokens = 4096;
        MoeWeights<BFloat16> weights = Windows(shape);
        BFloat16[] input = Data<BFloat16>.Normal(new Random(3), Tokens * shape.HiddenSize, 1);
        var routing = new Routing(Tokens, shape.NumExperts, 2, IdPattern.Distinct, 4);
        using var layer = new Bf16SwigluPinned(context, weights, Gpu.Options);
        var output = new BFloat16[input.Length];
        layer.Forward(input, routing.Ids, routing.Scales, output);
        int[] sampled = Sample(Tokens);
        AssertTokens(
            weights, sampled, 2, routing,
            token => input.AsSpan(token * shape.HiddenSize, shape.HiddenSize).ToArray(),
            token => output.AsSpan(token * shape.HiddenSize, shape.HiddenSize).ToArray());
    }

    [Fact]
    public void Offsets_beyond_2_to_the_31()
    {
        CudaContext context = Gpu.Context;
        var shape = new MoeShape(3, 8192, 64);
        const int Tokens = 270_000;
        const int TopK = 1;
        Assert.True((long)Tokens * shape.HiddenSize > int.MaxValue);
        using var layer = new Bf16SwigluPinned(context, Windows(shape), Gpu.Options);
        long needed = (4L * Tokens * shape.HiddenSize) + layer.GetWorkspaceBytes(Tokens, TopK) + (1L << 30);
        Assert.SkipWhen(context.FreeMemoryBytes < needed, $"NOT RUN: {needed >> 30} GiB of device memory are needed, {context.FreeMemoryBytes >> 30} are free.");

        // The input is one random block over and over, each time from another place.
        BFloat16[] block = Data<BFloat16>.Normal(new Random(5), 1 << 24, 1);
        long elements = (long)Tokens * shape.HiddenSize;
        using DeviceBuffer<BFloat16> input = context.Allocate<BFloat16>(elements);
        for (long offset = 0; offset < elements; offset += block.Length)
        {
            input.CopyFrom(offset, block.AsSpan(0, (int)Math.Min(block.Length, elements - offset)));
        }

        var routing = new Routing(Tokens, shape.NumExperts, TopK, IdPattern.Repeating, 6);
        using DeviceBuffer<int> ids = Buffers<BFloat16>.Upload<int>(context, routing.Ids);
        using DeviceBuffer<float> scales = Buffers<BFloat16>.Upload<float>(context, routing.Scales);
        using DeviceBuffer<BFloat16> output = context.Allocate<BFloat16>(elements);
        using CudaStream stream = context.CreateStream();
        layer.Forward(input, ids, scales, output, stream);
        stream.Synchronize();
        AssertTokens(Windows(shape), Sample(Tokens), TopK, routing, token => Row(input, token), token => Row(output, token));

        BFloat16[] Row(DeviceBuffer<BFloat16> buffer, int token)
        {
            var row = new BFloat16[shape.HiddenSize];
            buffer.Slice((long)token * shape.HiddenSize, shape.HiddenSize).CopyTo(row);
            return row;
        }
    }

    private static int[] Sample(int tokens)
    {
        var random = new Random(8);
        return [0, tokens - 1, .. Enumerable.Range(0, Samples - 2).Select(_ => random.Next(tokens))];
    }

    private static void AssertTokens(
        MoeWeights<BFloat16> weights, int[] tokens, int topK, Routing routing, Func<int, BFloat16[]> input, Func<int, BFloat16[]> output)
    {
        BFloat16[] inputs = [.. tokens.SelectMany(input)];
        BFloat16[] outputs = [.. tokens.SelectMany(output)];
        int[] ids = [.. tokens.SelectMany(token => routing.Ids.Skip(token * topK).Take(topK))];
        float[] scales = [.. tokens.SelectMany(token => routing.Scales.Skip(token * topK).Take(topK))];
        double[] expected = ManagedMoe.ForwardDouble<BFloat16>(weights, Activation.Swiglu, inputs, ids, scales, topK);
        double[] ideal = ManagedMoe.ForwardDouble<BFloat16>(
            weights, Activation.Swiglu, inputs, ids, scales, topK, new ManagedOptions { Rounding = LayerHarness.KernelRounding });
        ContractVerdict verdict = NumericContract.For(Dtype.BF16).Check<BFloat16>(outputs, expected, weights.Shape.HiddenSize, ideal);
        Assert.True(verdict.Passed, verdict.ToString());
    }

    /// <summary>Experts as overlapping windows of one random block.</summary>
    private static MoeWeights<BFloat16> Windows(MoeShape shape)
    {
        const int Step = 8 * 1013;
        int fc1 = (int)shape.Fc1ElementsPerExpert(gated: true);
        int fc2 = (int)shape.Fc2ElementsPerExpert;
        BFloat16[] fc1Block = Data<BFloat16>.Normal(new Random(1), fc1 + (shape.NumExperts * Step), 1 / Math.Sqrt(shape.HiddenSize));
        BFloat16[] fc2Block = Data<BFloat16>.Normal(new Random(2), fc2 + (shape.NumExperts * Step), 2 / Math.Sqrt(shape.IntermediateSize));
        return new MoeWeights<BFloat16>(
            shape,
            Fc1Layout.GateUp,
            [.. Enumerable.Range(0, shape.NumExperts).Select(expert => (ReadOnlyMemory<BFloat16>)fc1Block.AsMemory(expert * Step, fc1))],
            [.. Enumerable.Range(0, shape.NumExperts).Select(expert => (ReadOnlyMemory<BFloat16>)fc2Block.AsMemory(expert * Step, fc2))]);
    }
}
