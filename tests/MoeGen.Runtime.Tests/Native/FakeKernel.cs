namespace MoeGen.Tests;

/// <summary>A kernel that the fake device's modules hold, with what the driver would say about it.</summary>
internal sealed class FakeKernel
{
    public required string Name { get; init; }

    /// <summary>Size of its one parameter; the driver knows it from the cubin.</summary>
    public required int ArgumentBytes { get; init; }

    public int MaxThreads { get; init; } = 1024;

    public int StaticSharedBytes { get; init; }

    public int Registers { get; init; } = 42;

    public int LocalBytes { get; init; } = 16;

    public int BlocksPerMultiprocessor { get; init; } = 2;

    /// <summary>What was last asked for, in any module.</summary>
    public int MaxDynamicSharedBytes { get; set; } = 49152;
}
