using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// A CUDA stream: work enqueued on it runs in order. Made by <see cref="CudaContext.CreateStream"/>, or wrapped around a
/// handle that another library owns.
/// </summary>
public sealed partial class CudaStream : IDisposable
{
    private const uint NonBlocking = 1;

    private readonly CudaResourceHandle? _owned;
    private readonly nint _wrapped;
    private volatile bool _disposed;

    private CudaStream(CudaContext context, CudaResourceHandle? owned, nint wrapped)
    {
        Context = context;
        _owned = owned;
        _wrapped = wrapped;
        Gate = owned is null ? context.Handle.State.GateOf(wrapped) : new StreamGate(this);
    }

    /// <summary>The context the stream belongs to.</summary>
    public CudaContext Context { get; }

    /// <summary>The driver's handle (CUstream, the same as cudaStream_t).</summary>
    /// <exception cref="ObjectDisposedException">The stream was disposed.</exception>
    public nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _owned is null ? _wrapped : _owned.Value;
        }
    }

    /// <summary>Whether everything enqueued so far has run.</summary>
    /// <exception cref="CudaException">A kernel failed, or another error of the driver.</exception>
    public bool IsIdle
    {
        get
        {
            CudaResult code = Driver.QueryStream(Handle);
            if (code != CudaResult.NotReady)
            {
                Context.Check(code, "Asking whether a stream is idle");
            }

            return code == CudaResult.Success;
        }
    }

    /// <summary>Whether work enqueued now becomes part of a graph instead of running.</summary>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public bool IsCapturing
    {
        get
        {
            Context.Check(Driver.GetCaptureStatus(Handle, out int status), "Asking whether a stream is being captured");
            return status != 0;
        }
    }

    /// <summary>The same for all objects that stand for this stream.</summary>
    internal StreamGate Gate { get; }

    /// <summary>Null for a stream that another library owns.</summary>
    internal CudaResourceHandle? Resource => _owned;

    internal bool IsDisposed => _disposed;

    /// <summary>
    /// Tells a stream of another library from a later one that the driver gave the same handle. 0 for a stream owned here, whose
    /// gate does that. Refused by the driver while the stream is captured.
    /// </summary>
    internal ulong WrappedId
    {
        get
        {
            ulong id = 0;
            if (_owned is null)
            {
                Context.Check(Driver.GetStreamId(Handle, out id), "Asking for a stream's number");
            }

            return id;
        }
    }

    // Every use of the driver goes through here, so the context is current by then.
    private ICudaDriver Driver
    {
        get
        {
            Context.MakeCurrent();
            return Context.Driver;
        }
    }

    /// <summary>
    /// Uses a stream that another library owns (ManagedCuda's <c>CudaStream.Stream.Pointer</c>, a <c>cudaStream_t</c>).
    /// Disposing the wrapper leaves the stream as it is; keep its owner alive as long as the wrapper is used.
    /// </summary>
    /// <param name="context">The context of the stream's device.</param>
    /// <param name="handle">The handle; 0 is the legacy default stream.</param>
    public static CudaStream Wrap(CudaContext context, nint handle)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new CudaStream(context, null, handle);
    }

    /// <summary>Waits until everything enqueued on the stream has run, and reports its errors.</summary>
    /// <exception cref="CudaException">A kernel failed, or another error of the driver.</exception>
    public void Synchronize()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var hold = new HandleHold(_owned);
        Context.Check(Driver.SynchronizeStream(Handle), "Waiting for a stream");
    }

    /// <summary>Marks this point of the stream in an event.</summary>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public void Record(CudaEvent cudaEvent)
    {
        ArgumentNullException.ThrowIfNull(cudaEvent);
        Context.Check(Driver.RecordEvent(cudaEvent.Handle, Handle), "Recording an event");
    }

    /// <summary>Lets work enqueued after this wait for the point an event marks; the host does not wait.</summary>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public void WaitFor(CudaEvent cudaEvent)
    {
        ArgumentNullException.ThrowIfNull(cudaEvent);
        Context.Check(Driver.WaitForEvent(Handle, cudaEvent.Handle, 0), "Letting a stream wait for an event");
    }

    /// <summary>
    /// Destroys an owned stream; work already enqueued still runs. A wrapped stream is left as it is. Waits for other threads'
    /// calls of layers that are just being enqueued on it, and for their captures.
    /// </summary>
    public void Dispose()
    {
        lock (Gate.Enqueueing)
        {
            _disposed = true;
            _owned?.Dispose();
        }
    }

    internal static CudaStream Create(CudaContext context)
    {
        context.MakeCurrent();
        ICudaDriver driver = context.Driver;
        context.Check(driver.CreateStream(out nint handle, NonBlocking), "Creating a stream");
        return new CudaStream(
            context, new CudaResourceHandle(context.Handle, handle, static (driver, value) => driver.DestroyStream(value)), 0);
    }

    /// <summary>Refuses a stream of another device before anything is enqueued.</summary>
    internal void RequireContext(CudaContext context, string argument)
    {
        // Two CudaContext objects of one device share its primary context.
        if (!ReferenceEquals(Context, context)
            && (!ReferenceEquals(Context.Driver, context.Driver) || Context.Handle.Value != context.Handle.Value))
        {
            throw new ArgumentException($"The stream belongs to {Context}; what it is used with belongs to {context}.", argument);
        }
    }
}
