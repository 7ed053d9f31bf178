using System.Runtime.CompilerServices;

namespace MoeGen.Native;

/// <summary>Keeps the resources of one call from being released before it is enqueued; allocates nothing.</summary>
internal ref struct HandleHolds
{
    private Handles _handles;
    private int _count;

    /// <param name="handle">Null: an argument that is absent, or memory of another library.</param>
    /// <exception cref="ObjectDisposedException">The resource was disposed.</exception>
    internal void Add(CudaResourceHandle? handle)
    {
        if (handle is not null)
        {
            bool added = false;
            handle.DangerousAddRef(ref added);
            _handles[_count++] = handle;
        }
    }

    internal void Add(ReadOnlySpan<CudaResourceHandle> handles)
    {
        foreach (CudaResourceHandle handle in handles)
        {
            Add(handle);
        }
    }

    public void Dispose()
    {
        while (_count > 0)
        {
            _handles[--_count]!.DangerousRelease();
        }
    }

    /// <summary>Input, ids or logits, scales, output and workspace; router and token count; seven of the weights, and the map of the experts.</summary>
    [InlineArray(15)]
    private struct Handles
    {
        private CudaResourceHandle? _first;
    }
}
