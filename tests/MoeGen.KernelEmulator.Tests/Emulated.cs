using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Runs layers on an emulated device.</summary>
internal static class Emulated
{
    /// <summary>One call on a new device, without a fault and within the numeric contract.</summary>
    public static void Check<TLayer, T>(MakeLayer<TLayer, T> make, Data<T> data)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using var device = new EmulatedDevice();
        using TLayer layer = make(device.Context, data.Weights);
        T[] output = Run(layer, device.Context, data);
        Assert.Empty(device.Driver.Faults);
        LayerHarness.AssertContract<TLayer, T>(data, output, data.Ids, data.Scales);
    }

    public static void Check<TLayer, T>(MakeLayer<TLayer, T> make, Problem problem)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged => Check(make, new Data<T>(problem));

    /// <summary>One call; workspace and output stay as they were allocated, so that a read of what nobody wrote is a fault.</summary>
    public static T[] Run<TLayer, T>(TLayer layer, CudaContext context, Data<T> data)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using var buffers = new Buffers<T>(context, data);
        using CudaStream stream = context.CreateStream();
        layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
        stream.Synchronize();
        return buffers.ReadOutput();
    }
}
