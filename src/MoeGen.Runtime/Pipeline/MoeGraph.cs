namespace MoeGen;

/// <summary>A captured forward call with the workspace it uses. Input, ids, scales and output keep their addresses; their contents may change.</summary>
public sealed class MoeGraph : IDisposable
{
    private readonly CudaGraph _graph;
    private readonly DeviceBuffer<byte> _workspace;

    internal MoeGraph(CudaGraph graph, DeviceBuffer<byte> workspace)
    {
        _graph = graph;
        _workspace = workspace;
    }

    /// <summary>Bytes of device memory that the graph owns.</summary>
    public long WorkspaceBytes => _workspace.Length;

    /// <summary>Enqueues the whole call. Two launches of one graph must not overlap: they share its workspace.</summary>
    public void Launch(CudaStream stream) => _graph.Launch(stream);

    /// <summary>Frees graph and workspace; no launch may still be running.</summary>
    public void Dispose()
    {
        _graph.Dispose();
        _workspace.Dispose();
    }
}
