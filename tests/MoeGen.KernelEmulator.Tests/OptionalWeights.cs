using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Layers with biases, constants of each expert and experts of one device, against the double-precision reference.</summary>
internal static class OptionalWeights
{
    /// <summary>The weights of a problem with random biases in both GEMMs.</summary>
    public static MoeWeights<T> WithBiases<T>(Data<T> data, LocalExperts? local = null)
        where T : unmanaged
    {
        (Problem problem, MoeWeights<T> weights) = (data.Problem, data.Weights);
        var random = new Random(17);
        return new MoeWeights<T>(problem.Shape, problem.Layout, weights.Fc1ExpertWeights, weights.Fc2ExpertWeights)
        {
            Fc1ExpertBiases = Data<T>.Normal(random, problem.E * (weights.IsGated ? 2 : 1) * problem.I, 0.5),
            Fc2ExpertBiases = Data<T>.Normal(random, problem.E * problem.H, 0.5),
            LocalExperts = local,
        };
    }

    public static void Check<TLayer, T>(MakeLayer<TLayer, T> make, Data<T> data, MoeWeights<T> weights)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using var device = new EmulatedDevice();
        using TLayer layer = make(device.Context, weights);
        T[] output = Emulated.Run(layer, device.Context, data);
        double[] expected = Reference(new ManagedOptions());
        ContractVerdict verdict = NumericContract.For(TLayer.Descriptor.Dtype).Check<T>(
            output, expected, data.Problem.H, Reference(new ManagedOptions { Rounding = LayerHarness.KernelRounding }));
        Assert.True(verdict.Passed, $"{data.Problem}: {verdict}");

        double[] Reference(ManagedOptions options) => ManagedMoe.ForwardDouble<T>(
            weights, TLayer.Descriptor.Activation, data.Input, data.Ids, data.Scales, data.Problem.K, options, TLayer.Descriptor.Swiglu, weights.LocalExperts);
    }
}
