using System.Reflection;

namespace MoeGen.Cli.Layers;

/// <summary>One annotated class, its type known at run time only.</summary>
internal abstract class LayerKind
{
    /// <summary>What the class is.</summary>
    public abstract MoeDescriptor Descriptor { get; }

    /// <summary>SHA-256 of its CUDA text, as tuning tables have it.</summary>
    public abstract string TextHash { get; }

    /// <summary>Calls the visitor with the class's types.</summary>
    public abstract TResult Accept<TResult>(ILayerVisitor<TResult> visitor);
}

/// <summary>The same with its types known.</summary>
/// <typeparam name="TLayer">The annotated class.</typeparam>
/// <typeparam name="T">Its element type.</typeparam>
internal sealed class LayerKind<TLayer, T> : LayerKind
    where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
    where T : unmanaged
{
    public override MoeDescriptor Descriptor => TLayer.Descriptor;

    public override string TextHash => TunedChoices.Hash(TLayer.CudaSource);

    public override TResult Accept<TResult>(ILayerVisitor<TResult> visitor) => visitor.Visit<TLayer, T>();

    /// <summary>On the CPU, with weights in the form that the class takes.</summary>
    public static TLayer Create(ManagedBackend backend, ExpertWeights<T> weights) => Construct(backend, weights);

    /// <summary>On a GPU, in the same way.</summary>
    public static TLayer Create(CudaContext context, DeviceExpertWeights<T> weights, MoeCudaOptions? options) => Construct(context, weights, options);

    // The generated constructors are no part of the contract that a generic method could call.
    private static TLayer Construct(params object?[] arguments) => (TLayer)Activator.CreateInstance(
        typeof(TLayer), BindingFlags.Instance | BindingFlags.Public | BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
}
