using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Every variant of a ladder, named in turn: within the contract, and the same bits in every run.</summary>
public sealed class VariantTests
{
    public static TheoryData<string, Problem> Cases
    {
        get
        {
            var cases = new TheoryData<string, Problem>();
            foreach (GemmVariant variant in Bf16SwigluLadder.Descriptor.Variants)
            {
                cases.Add(variant.Name, new Problem(1, 8, 2, 264, 136, Fc1Layout.GateUp));
                cases.Add(variant.Name, new Problem(97, 5, 3, 72, 200, Fc1Layout.Interleaved, IdPattern.Invalid));
                cases.Add(variant.Name, new Problem(900, 3, 2, 520, 392, Fc1Layout.UpGate, IdPattern.Repeating));
            }

            // GEMM2 in a tile of its own, larger or smaller, with as many rows or others; 4,200 slots are sorted in three passes.
            string[] names = [.. Bf16SwigluLadder.Descriptor.Variants.Select(variant => variant.Name)];
            foreach (string pair in (string[])[$"{names[^1]}+{names[2]}", $"{names[0]}+{names[4]}", $"{names[4]}+{names[^1]}", $"{names[1]}+{names[0]}"])
            {
                cases.Add(pair, new Problem(97, 5, 3, 72, 200, Fc1Layout.Interleaved, IdPattern.Invalid));
                cases.Add(pair, new Problem(2100, 7, 2, 136, 72, Fc1Layout.UpGate, IdPattern.Repeating));
            }

            cases.Add(GemmVariant.Decode.Name, new Problem(1, 8, 2, 264, 136, Fc1Layout.GateUp));
            cases.Add(GemmVariant.Decode.Name, new Problem(21, 5, 3, 72, 200, Fc1Layout.Interleaved, IdPattern.Invalid));
            cases.Add(GemmVariant.Decode.Name, new Problem(64, 2, 1, 520, 392, Fc1Layout.UpGate, IdPattern.OneExpert));
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Is_right_and_repeats_its_bits(string variant, Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);
        using Bf16SwigluLadder layer = MakeOrSkip(context, data.Weights, variant);
        Assert.Equal(variant, layer.ChoiceFor(problem.T, problem.K)!.Value.Name);
        BFloat16[] first = LayerHarness.Run(layer, context, data, poison: 0xD5);
        Assert.Equal(first, LayerHarness.Run(layer, context, data, poison: 0x2A));
        LayerHarness.AssertContract<Bf16SwigluLadder, BFloat16>(data, first, data.Ids, data.Scales);
    }

    /// <summary>Skips where the device has too little shared memory for the variant.</summary>
    private static Bf16SwigluLadder MakeOrSkip(CudaContext context, MoeWeights<BFloat16> weights, string variant)
    {
        try
        {
            return new Bf16SwigluLadder(context, weights, (Gpu.Options ?? new MoeCudaOptions()) with { Variant = variant });
        }
        catch (ArgumentException tooLarge) when (tooLarge.Message.Contains("has no variant", StringComparison.Ordinal))
        {
            Assert.Skip($"NOT RUN: {tooLarge.Message}");
            throw;
        }
    }
}
