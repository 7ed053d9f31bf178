using MoeGen.Gpu.Tests;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Problems that cross every edge of a tile.</summary>
internal static class TileCheck
{
    public static void Run<TLayer, T>(MakeLayerWith<TLayer, T> makeTile, Fc1Layout layout)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        GemmVariant tile = TLayer.Descriptor.Variants[0];
        MoeCudaOptions options = TileText.Options(TLayer.Descriptor);
        MakeLayer<TLayer, T> make = (context, weights) => makeTile(context, weights, options);
        int outputs = layout == Fc1Layout.Plain ? tile.TileN : tile.TileN / 2;

        // Depths that end inside a stage; a second column of tiles; a second row of tiles for the last expert.
        var data = new Data<T>(new Problem((tile.TileM / 2) + 3, 3, 2, tile.TileK + 24, outputs + 8, layout, IdPattern.Repeating));
        Array.Fill(data.Ids, 2, 0, Math.Min(data.Ids.Length - 3, tile.TileM + 1));
        Emulated.Check(make, data);

        // A depth of more stages than the pipeline holds, and of fewer.
        Emulated.Check(make, new Data<T>(new Problem(7, 2, 1, (tile.TileK * (tile.Stages + 1)) + 8, 40, layout)));
    }
}
