using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>
/// The decode kernels of coded weights: groups of every number of rows, depths that end within a step of the ring and ones that take
/// several turns of it, odd numbers of groups a row, rows whose scales lie in different halves of a word.
/// </summary>
public sealed class DecodeCodeTests
{
    // Of rows a group: one, few, up to eight, up to sixteen, several groups of one expert; of depth: in units of the format.
    private static readonly (int T, int E, int K, int H, int I, Fc1Layout Layout, IdPattern Ids)[] Shapes =
    [
        (1, 3, 2, 3, 4, Fc1Layout.Interleaved, IdPattern.Distinct),
        (4, 1, 1, 5, 3, Fc1Layout.GateUp, IdPattern.OneExpert),
        (7, 3, 2, 13, 5, Fc1Layout.Interleaved, IdPattern.Invalid),
        (13, 2, 1, 9, 11, Fc1Layout.UpGate, IdPattern.OneExpert),
        (21, 5, 3, 2, 7, Fc1Layout.GateUp, IdPattern.Repeating),
        (40, 2, 1, 1, 2, Fc1Layout.UpGate, IdPattern.OneExpert),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Shapes.Length)];

    [Theory, MemberData(nameof(Numbers))]
    public void Groups_of_32(int number) => Check<Bf16Int4Weights, BFloat16>(
        number, 32, data => CodeData.Weights(data, WeightFormat.Int4Group, 32), (context, weights, options) => new(context, weights, options));

    [Theory, MemberData(nameof(Numbers))]
    public void Groups_of_64_with_zero_points(int number) => Check<Fp16Int4Weights, Half>(
        number, 64, data => CodeData.Weights(data, WeightFormat.Int4Group, 64, zeroPoints: true), (context, weights, options) => new(context, weights, options));

    [Theory, MemberData(nameof(Numbers))]
    public void Groups_of_128(int number) => Check<Int4DecodeLayer, BFloat16>(
        number, 128, data => CodeData.Weights(data, WeightFormat.Int4Group, 128, biases: true), (context, weights, options) => new(context, weights, options));

    [Theory, MemberData(nameof(Numbers))]
    public void Groups_of_128_with_zero_points(int number) => Check<PlainInt4DecodeLayer, Half>(
        number, 128, data => CodeData.Weights(data, WeightFormat.Int4Group, 128, zeroPoints: true, Activation.Relu2), (context, weights, options) => new(context, weights, options), plain: true);

    [Theory, MemberData(nameof(Numbers))]
    public void Mxfp4(int number)
    {
        Check<Bf16OaiMxfp4Weights, BFloat16>(
            number, 32, data => CodeData.Weights(data, WeightFormat.Mxfp4, activation: Activation.SwigluOai, biases: true), (context, weights, options) => new(context, weights, options));
        Check<Fp16Mxfp4Weights, Half>(number, 32, data => CodeData.Weights(data, WeightFormat.Mxfp4), (context, weights, options) => new(context, weights, options));
    }

    // Rows of codes that are no multiple of 16 bytes, too.
    [Theory, MemberData(nameof(Numbers))]
    public void Int8(int number)
    {
        Check<Bf16Int8Weights, BFloat16>(number, 24, data => CodeData.Weights(data, WeightFormat.Int8PerChannel, biases: true), (context, weights, options) => new(context, weights, options));
        Check<Bf16Int8Weights, BFloat16>(number, 72, data => CodeData.Weights(data, WeightFormat.Int8PerChannel), (context, weights, options) => new(context, weights, options));
    }

    private static void Check<TLayer, T>(
        int number, int unit, Func<Data<T>, QuantizedMoeWeights<T>> weightsOf, Func<CudaContext, QuantizedMoeWeights<T>, MoeCudaOptions, TLayer> make, bool plain = false)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        (int tokens, int experts, int k, int hidden, int intermediate, Fc1Layout layout, IdPattern ids) = Shapes[number];
        var data = new Data<T>(new Problem(tokens, experts, k, hidden * unit, intermediate * unit, plain ? Fc1Layout.Plain : layout, ids));
        QuantizedMoeWeights<T> weights = weightsOf(data);
        MoeDescriptor descriptor = TLayer.Descriptor;
        double[] Reference(RoundingPoints rounding) => ManagedMoe.ForwardDouble(
            weights, descriptor.Activation, data.Input, data.Ids, data.Scales, k, new ManagedOptions { Rounding = rounding }, descriptor.Swiglu);
        double[] rounded = Reference(LayerHarness.KernelRounding);

        // More blocks than tasks, and few that have many.
        foreach (int multiprocessors in (int[])[1, 5])
        {
            using var device = new EmulatedDevice(multiprocessors);
            using TLayer layer = make(device.Context, weights, DecodeText.Options());
            T[] output = Int8Harness.Run(device.Context, layer, data);
            Assert.Empty(device.Driver.Faults);
            ContractVerdict verdict = NumericContract.For(descriptor.Dtype).Check<T>(output, Reference(RoundingPoints.None), data.Problem.H, rounded);
            Assert.True(verdict.Passed, $"{data.Problem}: {verdict}");
            Assert.Equal(output, Int8Harness.Run(device.Context, layer, data));
        }
    }
}
