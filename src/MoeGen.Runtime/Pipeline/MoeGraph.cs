using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// A captured forward call with the workspace it uses. Input, ids, scales and output keep their addresses; their contents may
/// change. It refers to those buffers and to the layer: once one of them is disposed, it can only be disposed too.
/// </summary>
public sealed class MoeGraph : IDisposable
{
    private readonly CudaGraph _graph;
    private readonly DeviceBuffer<byte> _workspace;
    private readonly CallGate _calls;
    private readonly IDeviceMemory[] _uses;
    private readonly Lock _lock = new();

    internal MoeGraph(CudaGraph graph, DeviceBuffer<byte> workspace, CallGate calls, IDeviceMemory?[] uses)
    {
        _graph = graph;
        _workspace = workspace;
        _calls = calls;
        _uses = [.. uses.OfType<IDeviceMemory>()];
    }

    /// <summary>Bytes of device memory that the graph owns.</summary>
    public long WorkspaceBytes => _workspace.Length;

    /// <summary>Enqueues the whole call. Launches of one graph run one after the other, on whatever streams: they share its workspace.</summary>
    /// <exception cref="ObjectDisposedException">The graph, the layer, or a buffer that was captured was disposed.</exception>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public void Launch(CudaStream stream)
    {
        _calls.Enter();
        try
        {
            lock (_lock)
            {
                using var holds = new HandleHolds();
                foreach (IDeviceMemory memory in _uses)
                {
                    ObjectDisposedException.ThrowIf(memory.IsDisposed, memory);
                    holds.Add(memory.Resource);
                }

                _graph.Launch(stream);
            }
        }
        finally
        {
            _calls.Exit();
        }
    }

    /// <summary>Frees graph and workspace, after the launches that still run.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _graph.Dispose();
            _workspace.Dispose();
        }
    }
}
