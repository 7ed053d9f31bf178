namespace MoeGen;

/// <summary>What one kernel of a cubin uses, as ptxas reported it.</summary>
/// <param name="Name">Name of the kernel.</param>
/// <param name="Registers">Registers a thread.</param>
/// <param name="SpillStoreBytes">Bytes a thread stores for want of registers; 0 in a good kernel.</param>
/// <param name="SpillLoadBytes">Bytes a thread loads back.</param>
/// <param name="StaticSharedBytes">Static shared memory a block, in bytes; dynamic shared memory comes on top.</param>
/// <param name="StackBytes">Stack frame a thread, in bytes.</param>
public sealed record KernelResources(
    string Name, int Registers, int SpillStoreBytes, int SpillLoadBytes, int StaticSharedBytes, int StackBytes);
