namespace MoeGen.Tests;

/// <summary>One launch as the fake driver received it.</summary>
internal sealed record FakeLaunch(
    string Kernel, uint GridBlocks, uint Threads, uint SharedMemoryBytes, nint Stream, byte[] Arguments);
