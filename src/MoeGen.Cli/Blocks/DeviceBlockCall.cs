using System.Runtime.InteropServices;

namespace MoeGen.Cli.Blocks;

/// <summary>A block's call on a GPU, with what its router chose.</summary>
internal static class DeviceBlockCall
{
    /// <returns>[T, H], and the ids [T, K + S] that the call left in its workspace.</returns>
    public static (T[] Output, int[] Ids) Run<TLayer, T>(TLayer layer, CudaContext context, MoeRouter router, T[] input)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        int tokens = input.Length / router.HiddenSize;
        using CudaStream stream = context.CreateStream();
        using DeviceMoeRouter deviceRouter = DeviceMoeRouter.Upload(context, router);
        using DeviceBuffer<T> deviceInput = context.Allocate<T>(input.Length);
        using DeviceBuffer<T> deviceOutput = context.Allocate<T>(input.Length);
        using DeviceBuffer<byte> workspace = context.Allocate<byte>(layer.GetBlockWorkspaceBytes(tokens, deviceRouter));
        deviceInput.CopyFrom(input);
        layer.ForwardBlock(deviceInput, deviceRouter, deviceOutput, stream, workspace);
        stream.Synchronize();

        CudaPipeline<T> pipeline = layer.Pipeline!;
        int variant = pipeline.SelectVariant(layer.Shape, tokens, router.SlotsPerToken);
        long place = pipeline.Layout(layer.Shape, tokens, router.SlotsPerToken, variant).SelectedExperts;
        var ids = new int[tokens * router.SlotsPerToken];
        workspace.Slice(place, ids.Length * (long)sizeof(int)).CopyTo(MemoryMarshal.AsBytes(ids.AsSpan()));
        var output = new T[input.Length];
        deviceOutput.CopyTo(output);
        return (output, ids);
    }
}
