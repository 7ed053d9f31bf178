namespace MoeGen.Native;

/// <summary>Keeps one resource from being released while a call to the driver uses it, whoever disposes it meanwhile.</summary>
internal readonly ref struct HandleHold
{
    private readonly CudaResourceHandle? _handle;

    /// <param name="handle">Null: another library owns the resource, and its life is that library's.</param>
    /// <exception cref="ObjectDisposedException">The resource was disposed.</exception>
    internal HandleHold(CudaResourceHandle? handle)
    {
        bool added = false;
        handle?.DangerousAddRef(ref added);
        _handle = handle;
    }

    public void Dispose() => _handle?.DangerousRelease();
}
