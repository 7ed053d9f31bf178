using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>The decode kernels: ragged sizes, several groups of one expert, repeated and invalid ids, with and without a gate.</summary>
public sealed class DecodeTests
{
    public static TheoryData<Problem> Problems => new()
    {
        new Problem(1, 1, 1, 8, 8, Fc1Layout.GateUp),
        new Problem(1, 8, 2, 264, 136, Fc1Layout.UpGate),
        new Problem(3, 10, 4, 136, 200, Fc1Layout.Interleaved, IdPattern.Repeating),
        new Problem(64, 1, 1, 40, 24, Fc1Layout.GateUp),
        new Problem(21, 3, 3, 72, 40, Fc1Layout.GateUp, IdPattern.OneExpert),
        new Problem(16, 20, 4, 24, 392, Fc1Layout.GateUp, IdPattern.Invalid),
        new Problem(2, 1024, 32, 16, 16, Fc1Layout.Interleaved),
        new Problem(10, 3, 3, 72, 40, Fc1Layout.GateUp, IdPattern.OneExpert),
        new Problem(32, 2, 1, 40, 24, Fc1Layout.UpGate, IdPattern.OneExpert),
        new Problem(8, 20, 4, 24, 72, Fc1Layout.GateUp, IdPattern.Invalid),
        new Problem(5, 9, 3, 16, 1000, Fc1Layout.GateUp),
        new Problem(20, 5, 3, 16, 800, Fc1Layout.GateUp),
    };

    [Theory, MemberData(nameof(Problems))]
    public void Gated(Problem problem) =>
        Emulated.Check<DecodeLayer, BFloat16>((context, weights) => new(context, weights, DecodeText.Options()), problem);

    [Theory, MemberData(nameof(Problems))]
    public void Plain(Problem problem) =>
        Emulated.Check<PlainDecodeLayer, Half>((context, weights) => new(context, weights, DecodeText.Options()), problem with { Layout = Fc1Layout.Plain });

    // Blocks that share a tile of columns, and one that has all of it.
    [Theory]
    [InlineData(72, 40)]
    [InlineData(16, 800)]
    public void Biases_and_constants_of_each_expert(int hiddenSize, int intermediateSize)
    {
        var data = new Data<BFloat16>(new Problem(9, 5, 3, hiddenSize, intermediateSize, Fc1Layout.Interleaved));
        OptionalWeights.Check<OaiDecodeLayer, BFloat16>(
            (context, weights) => new(context, weights, DecodeText.Options()), data, data.WithOptions(Activation.SwigluOai, biases: true, constants: true));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Experts_of_one_device(bool map)
    {
        var data = new Data<BFloat16>(new Problem(21, 4, 3, 72, 40, Fc1Layout.GateUp));
        var random = new Random(3);
        for (int slot = 0; slot < data.Ids.Length; slot++)
        {
            data.Ids[slot] = random.Next(-1, 11);
        }

        LocalExperts local = map ? LocalExperts.Map([-1, 3, -1, 0, 1, -1, -1, 2, -1]) : LocalExperts.Range(5, 10);
        OptionalWeights.Check<DecodeLayer, BFloat16>(
            (context, weights) => new(context, weights, DecodeText.Options()), data, OptionalWeights.WithBiases(data, local));
    }
}
