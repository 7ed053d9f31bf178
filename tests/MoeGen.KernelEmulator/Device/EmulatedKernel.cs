namespace MoeGen.KernelEmulator;

/// <summary>A kernel of a compiled text.</summary>
internal sealed class EmulatedKernel(KernelLibrary library, int index, string name, int argumentBytes, int maxThreads)
{
    public KernelLibrary Library { get; } = library;

    public int Index { get; } = index;

    public string Name { get; } = name;

    public int ArgumentBytes { get; } = argumentBytes;

    public int MaxThreads { get; } = maxThreads;

    public int StaticSharedBytes { get; set; }

    /// <summary>48 KB until a launcher asks for more.</summary>
    public int MaxDynamicSharedBytes { get; set; } = 49152;
}
