using System.Collections.Immutable;

namespace MoeGen.Property.Tests;

/// <summary>What printed tests call.</summary>
public static class Replay
{
    /// <summary>A source that compiles but for these diagnostics.</summary>
    public static void Declaration(string source, params string[] expectedIds) => DeclarationCheck.Run(source, expectedIds.ToImmutableSortedSet(StringComparer.Ordinal));

    /// <summary>A source that the compiler does not take, whatever the generator says.</summary>
    public static void BrokenDeclaration(string source) => DeclarationCheck.Run(source, expected: null);

    /// <summary>A call of a layer on the managed backend.</summary>
    public static void Managed(string source, LayerCall call)
    {
        using var layer = new LoadedLayer(source);
        layer.CheckManaged(call);
    }

    /// <summary>A call of a layer on the emulated device.</summary>
    public static void Emulated(string source, LayerCall call)
    {
        using var layer = new LoadedLayer(source);
        layer.CheckEmulated(call);
    }
}
