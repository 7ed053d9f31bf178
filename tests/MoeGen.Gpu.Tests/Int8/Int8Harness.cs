using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Runs a layer of 8-bit integers and holds it against the managed backend on the same codes.</summary>
internal static class Int8Harness
{
    public static void Check<TLayer, T>(CudaContext context, Func<QuantizedMoeWeights<T>, TLayer> make, QuantizedMoeWeights<T> weights, Data<T> data)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using TLayer layer = make(weights);
        T[] output = Run(context, layer, data);
        AssertContract<TLayer, T>(weights, data, output);
        Assert.Equal(output, Run(context, layer, data));
    }

    public static T[] Run<TLayer, T>(CudaContext context, TLayer layer, Data<T> data)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using var buffers = new Buffers<T>(context, data);
        using CudaStream stream = context.CreateStream();
        layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
        stream.Synchronize();
        return buffers.ReadOutput();
    }

    public static void AssertContract<TLayer, T>(QuantizedMoeWeights<T> weights, Data<T> data, T[] output)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        MoeDescriptor descriptor = TLayer.Descriptor;
        double[] Reference(RoundingPoints rounding) => ManagedMoe.ForwardDouble(
            weights, descriptor.Activation, data.Input, data.Ids, data.Scales, data.Problem.K, new ManagedOptions { Rounding = rounding }, descriptor.Swiglu, weights.LocalExperts, quantizeActivations: true);
        double[] expected = Reference(RoundingPoints.None);
        Assert.InRange(Math.Sqrt(expected.Average(value => value * value)), 0.02, 50);
        ContractVerdict verdict = NumericContract.ForQuantizedActivations(descriptor.Dtype).Check<T>(output, expected, data.Problem.H, Reference(LayerHarness.KernelRounding));
        Assert.True(verdict.Passed, $"{data.Problem}: {verdict}");
    }
}
