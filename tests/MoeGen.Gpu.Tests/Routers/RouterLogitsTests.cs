using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>The router's linear layer, its depth whole and in parts, against double precision.</summary>
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
    public void In_one_part(int tokens, int experts, int hidden, bool gate) => Check<SigmoidLayer, BFloat16>(Gpu.Context, Gpu.Options, tokens, experts, hidden, gate, parts: 1);

    [Theory, MemberData(nameof(Sizes))]
    public void In_several_parts(int tokens, int experts, int hidden, bool gate) => Check<SigmoidLayer, BFloat16>(Gpu.Context, Gpu.Options, tokens, experts, hidden, gate, parts: 3);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Fp16(int parts) => Check<ChosenSoftmaxLayer, Half>(Gpu.Context, Gpu.Options, 20, 33, 136, gate: true, parts);

    /// <summary>The logits of tokens, of which some hold an infinity or NaN; then those of the first half alone.</summary>
    internal static void Check<TLayer, T>(CudaContext context, MoeCudaOptions? options, int tokens, int experts, int hidden, bool gate, int parts)
        where TLayer : IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using MoeKernels<TLayer, T> kernels = MoeKernels<TLayer, T>.Load(context, options);
        (int rows, int valid) = (experts + (gate ? 1 : 0), (tokens + 1) / 2);
        T[] input = Data<T>.Normal(new Random(1), tokens * hidden, 1);
        for (int token = 2; token < tokens; token += 3)
        {
            ElementConversion.Narrow<T, float>([token % 2 == 0 ? float.PositiveInfinity : float.NaN], input.AsSpan((token * hidden) + (token % hidden), 1));
        }

        float[] weight = Data<float>.Normal(new Random(2), rows * hidden, 1 / Math.Sqrt(hidden));
        double[] expected = RouterReference.Logits(input, weight, hidden);
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<T> deviceInput = Buffers<T>.Upload<T>(context, input);
        using DeviceBuffer<float> deviceWeight = Buffers<T>.Upload<float>(context, weight);
        using DeviceBuffer<float> logits = context.Allocate<float>(parts * tokens * experts), gates = context.Allocate<float>(parts * tokens);
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
                Parts = parts,
                PartDepth = RouterLayout.PartDepth(hidden, parts),
            };
            kernels.Pipeline.Launchers.RouterLogits(arguments, stream);
            stream.Synchronize();
            float[] foundLogits = new float[parts * tokens * experts], foundGates = new float[parts * tokens];
            logits.CopyTo(foundLogits);
            gates.CopyTo(foundGates);

            float untouched = BitConverter.Int32BitsToSingle(0x7E7E7E7E);
            for (int i = 0; i < tokens * rows; i++)
            {
                (int token, int row) = Math.DivRem(i, rows);
                float[] found = [.. Enumerable.Range(0, parts).Select(part => row < experts ? foundLogits[(((part * tokens) + token) * experts) + row] : foundGates[(part * tokens) + token])];
                if (partly && token >= valid)
                {
                    Assert.All(found, part => Assert.Equal(untouched, part));
                }
                else if (double.IsFinite(expected[i]))
                {
                    Assert.InRange(found.Sum() - expected[i], -3e-6, 3e-6);
                }
                else
                {
                    Assert.Equal(expected[i], found.Sum());
                }
            }
        }
    }
}
