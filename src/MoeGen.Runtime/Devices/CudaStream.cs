using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// A CUDA stream: work enqueued on it runs in order. Made by <see cref="CudaContext.CreateStream"/>, or wrapped around a
/// handle that another library owns.
/// </summary>
public sealed class CudaStream : IDisposable
{
    private const uint NonBlocking = 1;
    private const int ThreadLocal = 1;

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
    /// Captures what <paramref name="work"/> enqueues on this stream into a graph, without running it. Meanwhile the calling
    /// thread must not allocate, free, copy synchronously or wait; other threads are free, and those that wait for the whole
    /// device, as copies without a stream do, begin when the capture has ended.
    /// Memory the work uses must live, at the same addresses, as long as the graph is launched.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is the legacy default stream, or it is being captured already.</exception>
    /// <exception cref="CudaException">The work did something a graph cannot hold, or another error of the driver.</exception>
    public CudaGraph Capture(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (Handle is 0 or 1)
        {
            throw new InvalidOperationException("The legacy default stream cannot be captured; use one made by CreateStream.");
        }

        if (IsCapturing)
        {
            throw new InvalidOperationException("The stream is being captured already; captures do not nest.");
        }

        nint graph = 0;
        lock (Gate.Enqueueing)
        {
            using var hold = new HandleHold(_owned);
            Context.Captures.Capture(() => graph = Record(work));
        }

        return CudaGraph.Instantiate(Context, graph);
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

    private nint Record(Action work)
    {
        ICudaDriver driver = Driver;
        nint stream = Handle, context = Context.Handle.Value;
        Context.Check(driver.BeginCapture(stream, ThreadLocal), "Beginning a graph capture");
        nint graph;
        try
        {
            work();
        }
        catch
        {
            // The first error is the one to report; ending the capture only gives the stream back.
            if (End(out graph) == CudaResult.Success && graph != 0)
            {
                _ = driver.DestroyGraph(graph);
            }

            throw;
        }

        Context.Check(End(out graph), "Ending a graph capture");
        return graph;

        // Whatever the work has left: another context current, this one lost or disposed.
        CudaResult End(out nint captured)
        {
            _ = driver.SetCurrentContext(context);
            return driver.EndCapture(stream, out captured);
        }
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
