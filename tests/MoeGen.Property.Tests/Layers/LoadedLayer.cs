using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Emit;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Property.Tests;

/// <summary>A declared layer, compiled and loaded; unloaded again with this.</summary>
internal sealed class LoadedLayer : IDisposable
{
    private readonly AssemblyLoadContext _assemblies = new("declared layer", isCollectible: true);

    public LoadedLayer(string source)
    {
        using var image = new MemoryStream();
        GeneratorRun run = GeneratorHarness.Run(source);
        EmitResult result = run.Output.Emit(image);
        Assert.True(result.Success && !run.Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), string.Join('\n', run.Diagnostics));
        image.Position = 0;
        Type = _assemblies.LoadFromStream(image).GetTypes().Single(type => IsLayer(type.BaseType));
    }

    /// <summary>The user's class.</summary>
    public Type Type { get; }

    /// <summary>Runs the layer on the managed backend and checks what comes out.</summary>
    public RowCounts CheckManaged(LayerCall call) => Invoke(nameof(LayerCheck.Managed), call);

    /// <summary>Runs the layer's kernels on an emulated device and checks what comes out.</summary>
    public RowCounts CheckEmulated(LayerCall call, MoeCudaOptions? options = null) =>
        Invoke(nameof(LayerCheck.Emulated), call, options ?? KernelEmulator.EmulatedKernelCompiler.Options());

    public void Dispose() => _assemblies.Unload();

    private static bool IsLayer(Type? type) => type is { IsGenericType: true } && type.GetGenericTypeDefinition() == typeof(MoeLayer<,>);

    private RowCounts Invoke(string check, params object[] arguments) => (RowCounts)typeof(LayerCheck).GetMethod(check)!
        .MakeGenericMethod(Type.BaseType!.GetGenericArguments())
        .Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
}
