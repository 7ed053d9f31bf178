using MoeGen.Native;

namespace MoeGen;

/// <summary>A point in a stream's work, with the time it was passed. Made by <see cref="CudaContext.CreateEvent"/>.</summary>
public sealed class CudaEvent : IDisposable
{
    private readonly CudaResourceHandle _handle;

    internal CudaEvent(CudaContext context)
    {
        Context = context;
        context.MakeCurrent();
        ICudaDriver driver = context.Driver;
        context.Check(driver.CreateEvent(out nint handle, 0), "Creating an event");
        _handle = new CudaResourceHandle(context.Handle, handle, static (driver, value) => driver.DestroyEvent(value));
    }

    /// <summary>The context the event belongs to.</summary>
    public CudaContext Context { get; }

    /// <summary>The driver's handle (CUevent).</summary>
    /// <exception cref="ObjectDisposedException">The event was disposed.</exception>
    public nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return _handle.Value;
        }
    }

    /// <summary>Time between two recorded events in milliseconds, about half a microsecond exact. Waits for both.</summary>
    /// <exception cref="CudaException">An event was not recorded, or another error of the driver.</exception>
    public static float ElapsedMilliseconds(CudaEvent start, CudaEvent end)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(end);
        start.Synchronize();
        end.Synchronize();
        ICudaDriver driver = end.Context.Driver;
        end.Context.Check(
            driver.GetElapsedMilliseconds(out float milliseconds, start.Handle, end.Handle), "Reading the time between two events");
        return milliseconds;
    }

    /// <summary>Waits until the recorded point is passed; returns at once for an event that was never recorded.</summary>
    /// <exception cref="CudaException">A kernel failed, or another error of the driver.</exception>
    public void Synchronize()
    {
        Context.MakeCurrent();
        using var hold = new HandleHold(_handle);
        Context.Check(Context.Driver.SynchronizeEvent(Handle), "Waiting for an event");
    }

    /// <summary>Destroys the event.</summary>
    public void Dispose() => _handle.Dispose();
}
