using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// Captured work, ready to run again and again as one launch. Made by <see cref="CudaStream.Capture"/>. It holds raw
/// addresses: keep the memory and the modules of the captured work alive as long as it is launched.
/// </summary>
public sealed class CudaGraph : IDisposable
{
    private readonly CudaResourceHandle _handle;

    // The driver takes launches of one graph from one thread at a time.
    private readonly Lock _launching = new();

    private CudaGraph(CudaContext context, CudaResourceHandle handle)
    {
        Context = context;
        _handle = handle;
    }

    /// <summary>The context the graph belongs to.</summary>
    public CudaContext Context { get; }

    /// <summary>The driver's handle (CUgraphExec).</summary>
    /// <exception cref="ObjectDisposedException">The graph was disposed.</exception>
    public nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return _handle.Value;
        }
    }

    /// <summary>Enqueues the captured work on a stream. Launches of one graph run one after the other, on whatever streams.</summary>
    /// <exception cref="ArgumentException">The stream belongs to another device.</exception>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public void Launch(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.RequireContext(Context, nameof(stream));
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        Context.MakeCurrent();
        lock (_launching)
        {
            using var hold = new HandleHold(_handle);
            using var streamHold = new HandleHold(stream.Resource);
            Context.Check(Context.Driver.LaunchGraph(Handle, stream.Handle), "Launching a graph");
        }

        GC.KeepAlive(this);
    }

    /// <summary>Destroys the graph; a launch already enqueued still runs.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>Makes the captured graph executable and destroys the capture, in either outcome.</summary>
    internal static CudaGraph Instantiate(CudaContext context, nint graph)
    {
        ICudaDriver driver = context.Driver;
        CudaResult code = driver.InstantiateGraph(out nint executable, graph, 0);
        _ = driver.DestroyGraph(graph);
        context.Check(code, "Instantiating a captured graph");
        return new CudaGraph(
            context,
            new CudaResourceHandle(context.Handle, executable, static (driver, value) => driver.DestroyGraphExecutable(value)));
    }
}
