namespace MoeGen.Native;

/// <summary>Page-locked host memory, which the device can copy from and to while the host goes on.</summary>
internal sealed unsafe class PinnedMemory : IDisposable
{
    private readonly CudaResourceHandle _handle;

    internal PinnedMemory(CudaContext context, int bytes)
    {
        context.MakeCurrent();
        context.Check(context.Driver.AllocateHost(out nint address, (nuint)bytes), $"Allocating {bytes} bytes of page-locked host memory");
        _handle = new CudaResourceHandle(context.Handle, address, static (driver, value) => driver.FreeHost(value));
    }

    /// <summary>The first byte.</summary>
    internal void* Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return (void*)_handle.Value;
        }
    }

    public void Dispose() => _handle.Dispose();
}
