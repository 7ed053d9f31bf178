namespace MoeGen.Cli.Layers;

/// <summary>Work that is written once for all element types and classes.</summary>
internal interface ILayerVisitor<out TResult>
{
    /// <summary>Does it for one class.</summary>
    TResult Visit<TLayer, T>()
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged;
}
