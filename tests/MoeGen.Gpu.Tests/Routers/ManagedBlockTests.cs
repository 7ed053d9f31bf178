using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>The block on the device against the block on the CPU: the same layer, the same router.</summary>
public sealed class ManagedBlockTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    public void Both_backends_agree(int tokens)
    {
        CudaContext context = Gpu.Context;
        var options = new RouterOptions { NumExpertGroups = 4, NumSelectedGroups = 2, Renormalize = true, NumSharedExperts = 1 };
        var check = new BlockCheck<GroupedSigmoidLayer, BFloat16>(new RouterCase(RoutingMethod.SigmoidGroupedTopK, tokens, 64, 6, options, Biases: true, Gate: true), 64, 32);
        using var managed = new GroupedSigmoidLayer(new ManagedBackend(), check.Weights);
        using var cuda = new GroupedSigmoidLayer(context, check.Weights, Gpu.Options);
        BFloat16[] expected = new BFloat16[check.Data.Input.Length], found = new BFloat16[expected.Length];
        managed.ForwardBlock(check.Data.Input, check.Router, expected);
        cuda.ForwardBlock(check.Data.Input, check.Router, found);
        check.AssertOutput(expected, tokens);
        check.AssertOutput(found, tokens);
    }

    [Theory]
    [InlineData(RoutingMethod.SigmoidGroupedTopK)]
    [InlineData(RoutingMethod.SigmoidTopK)]
    [InlineData(RoutingMethod.TopKSigmoidInput)]
    public void Ids_and_NaN_are_those_of_the_managed_router(RoutingMethod routing)
    {
        CudaContext context = Gpu.Context;
        var options = new RouterOptions { Renormalize = routing != RoutingMethod.TopKSigmoidInput, NumSharedExperts = 2 };
        MoeRouter router = new RouterCase(routing, 24, 48, 5, options).Router(8);
        float[] logits = Data<float>.Normal(new Random(8), 24 * 48, 3);
        logits.AsSpan(48, 48).Fill(float.NaN);
        logits[(5 * 48) + 7] = float.NaN;
        logits[(6 * 48) + 7] = float.PositiveInfinity;
        logits[(7 * 48) + 7] = float.NegativeInfinity;
        logits.AsSpan(8 * 48, 48).Fill(30);
        var ids = new int[24 * 7];
        var scales = new float[ids.Length];
        ManagedRouter.SelectExperts(logits, router, ids, scales);
        SelectedSlots found = routing switch
        {
            RoutingMethod.SigmoidTopK => Run<SigmoidLayer>(context, router, logits),
            RoutingMethod.TopKSigmoidInput => Run<InputScaledLayer>(context, router, logits),
            _ => Run<GroupedSigmoidLayer>(context, router, logits),
        };
        Assert.Equal(ids, found.Ids);
        float[] foundScales = routing == RoutingMethod.TopKSigmoidInput ? found.InputScales : found.FinalScales;
        for (int slot = 0; slot < ids.Length; slot++)
        {
            Assert.Equal(float.IsNaN(scales[slot]), float.IsNaN(foundScales[slot]));
            Assert.False(Math.Abs(foundScales[slot] - scales[slot]) > 1e-6 * Math.Abs(scales[slot]), $"slot {slot}: {foundScales[slot]}, managed {scales[slot]}");
        }
    }

    private static SelectedSlots Run<TLayer>(CudaContext context, MoeRouter router, float[] logits)
        where TLayer : IMoeDescriptor<TLayer, BFloat16>
    {
        using MoeKernels<TLayer, BFloat16> kernels = MoeKernels<TLayer, BFloat16>.Load(context, Gpu.Options);
        return SelectedSlots.Run(context, kernels.Pipeline, router, logits, null, 16, fused: false);
    }
}
