using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>The router's linear layer, by the kernel for few tokens and by the one for many, against double precision.</summary>
public sealed class RouterLogitsTests
{
    public static TheoryData<int, int, int, bool> Sizes => new()
    {
        { 1, 256, 1032, true },
        { 3, 7, 8, false },
        { 8, 1, 4096, false },
        { 9, 64, 264, true },
        { 70, 65, 72, true },
        { 130, 128, 40, false },
    };

    [Theory, MemberData(nameof(Sizes))]
    public void Few_tokens(int tokens, int experts, int hidden, bool gate) => Check<SigmoidLayer, BFloat16>(tokens, experts, hidden, gate, tiled: false);

    [Theory, MemberData(nameof(Sizes))]
    public void Many_tokens(int tokens, int experts, int hidden, bool gate) => Check<SigmoidLayer, BFloat16>(tokens, experts, hidden, gate, tiled: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fp16(bool tiled) => Check<ChosenSoftmaxLayer, Half>(20, 33, 136, gate: true, tiled);

    private static void Check<TLayer, T>(int tokens, int experts, int hidden, bool gate, bool tiled)
        where TLayer : IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        CudaContext context = Gpu.Context;
        using MoeKernels<TLayer, T> kernels = MoeKernels<TLayer, T>.Load(context, Gpu.Options);
        (int rows, int valid) = (experts + (gate ? 1 : 0), (tokens + 1) / 2);
        T[] input = Data<T>.Normal(new Random(1), tokens * hidden, 1);
        float[] weight = Data<float>.Normal(new Random(2), rows * hidden, 1 / Math.Sqrt(hidden));
        double[] expected = RouterReference.Logits(input, weight, hidden);
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<T> deviceInput = Buffers<T>.Upload<T>(context, input);
        using DeviceBuffer<float> deviceWeight = Buffers<T>.Upload<float>(context, weight);
        using DeviceBuffer<float> logits = context.Allocate<float>(tokens * experts), gates = context.Allocate<float>(tokens);
        using DeviceBuffer<int> count = Buffers<T>.Upload<int>(context, [valid]);
        foreach (bool partly in new[] { false, true })
        {
            logits.Fill(0x7E);
            gates.Fill(0x7E);
            var arguments = new RouterLogitsArguments<T>
            {
                Input = deviceInput.Pointer,
                Weight = deviceWeight.Pointer,
                RouterLogits = logits.Pointer,
                SharedGateLogits = gate ? gates.Pointer : default,
                NumTokensOnDevice = partly ? count.Pointer : default,
                NumTokens = tokens,
                NumExperts = experts,
                NumRows = rows,
                HiddenSize = hidden,
            };
            if (tiled)
            {
                kernels.Pipeline.Launchers.RouterLogitsTiled(arguments, stream);
            }
            else
            {
                kernels.Pipeline.Launchers.RouterLogits(arguments, stream);
            }

            stream.Synchronize();
            var found = new float[tokens * rows];
            for (int token = 0; token < tokens; token++)
            {
                logits.Slice((long)token * experts, experts).CopyTo(found.AsSpan(token * rows, experts));
                if (gate)
                {
                    gates.Slice(token, 1).CopyTo(found.AsSpan((token * rows) + experts, 1));
                }
            }

            float untouched = BitConverter.Int32BitsToSingle(0x7E7E7E7E);
            for (int i = 0; i < found.Length; i++)
            {
                if (partly && i / rows >= valid)
                {
                    Assert.Equal(untouched, found[i]);
                }
                else
                {
                    Assert.InRange(found[i] - expected[i], -3e-6, 3e-6);
                }
            }
        }
    }
}
