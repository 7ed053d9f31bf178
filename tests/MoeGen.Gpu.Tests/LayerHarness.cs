using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Makes a layer on the GPU.</summary>
internal delegate TLayer MakeLayer<TLayer, T>(CudaContext context, MoeWeights<T> weights)
    where T : unmanaged;

/// <summary>The same with given options.</summary>
internal delegate TLayer MakeLayerWith<TLayer, T>(CudaContext context, MoeWeights<T> weights, MoeCudaOptions? options)
    where T : unmanaged;

/// <summary>Runs a layer on the GPU and holds it against the managed backend in double precision.</summary>
internal static class LayerHarness
{
    /// <summary>The rounding points of the kernels: activation, each expert's row, output.</summary>
    public const RoundingPoints KernelRounding = RoundingPoints.Activation | RoundingPoints.ExpertOutput | RoundingPoints.Output;

    /// <summary>Options with which a class that pins a tile runs it for few tokens too.</summary>
    public static MoeCudaOptions TileOf(MoeDescriptor descriptor) => (Gpu.Options ?? new MoeCudaOptions()) with { Variant = descriptor.Variants.Single().Name };

    public static void Check<TLayer, T>(MakeLayer<TLayer, T> make, Problem problem)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        CudaContext context = Gpu.Context;
        var data = new Data<T>(problem);
        using TLayer layer = make(context, data.Weights);
        T[] output = Run(layer, context, data, poison: 0xFF);
        AssertContract<TLayer, T>(data, output, data.Ids, data.Scales);
    }

    /// <summary>One call, with output and workspace filled with a byte beforehand.</summary>
    public static T[] Run<TLayer, T>(TLayer layer, CudaContext context, Data<T> data, byte poison)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using var buffers = new Buffers<T>(context, data);
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<byte> workspace = context.Allocate<byte>(layer.GetWorkspaceBytes(data.Problem.T, data.Problem.K));
        workspace.Fill(poison, stream);
        buffers.Output.Fill(poison, stream);
        layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream, workspace);
        stream.Synchronize();
        return buffers.ReadOutput();
    }

    public static void AssertContract<TLayer, T>(Data<T> data, T[] output, int[] ids, float[] scales, MoeWeights<T>? weights = null)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        Activation activation = TLayer.Descriptor.Activation;
        weights ??= data.Weights;
        double[] expected = ManagedMoe.ForwardDouble<T>(weights, activation, data.Input, ids, scales, data.Problem.K);
        double[] ideal = ManagedMoe.ForwardDouble<T>(
            weights, activation, data.Input, ids, scales, data.Problem.K, new ManagedOptions { Rounding = KernelRounding });
        Assert.InRange(Rms(expected), 0.05, 50);
        ContractVerdict verdict = NumericContract.For(TLayer.Descriptor.Dtype).Check<T>(output, expected, data.Problem.H, ideal);
        Assert.True(verdict.Passed, $"{data.Problem}: {verdict}");
    }

    private static double Rms(double[] values) => Math.Sqrt(values.Sum(value => value * value) / values.Length);
}
