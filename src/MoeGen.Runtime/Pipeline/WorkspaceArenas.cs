namespace MoeGen;

/// <summary>One growing workspace a stream, so that calls on different streams never share scratch memory.</summary>
internal sealed class WorkspaceArenas(CudaContext context) : IDisposable
{
    private readonly Dictionary<nint, DeviceBuffer<byte>> _arenas = [];
    private readonly Lock _lock = new();

    /// <summary>
    /// The stream's arena, at least <paramref name="bytes"/> long. Growing waits for the stream, because its work may still
    /// use the smaller one; a stream under capture gets none, because a graph would keep the address after the arena grew.
    /// </summary>
    public DeviceBuffer<byte> Get(CudaStream stream, long bytes)
    {
        if (stream.IsCapturing)
        {
            throw new InvalidOperationException(
                "The stream is being captured and no workspace was given. Use CaptureForward, or pass a workspace of GetWorkspaceBytes(numTokens, topK) bytes that lives as long as the graph.");
        }

        lock (_lock)
        {
            if (_arenas.TryGetValue(stream.Handle, out DeviceBuffer<byte>? arena) && arena.Length >= bytes)
            {
                return arena;
            }

            if (arena is not null)
            {
                stream.Synchronize();
                arena.Dispose();
                _arenas.Remove(stream.Handle);
            }

            arena = context.Allocate<byte>(bytes);
            _arenas.Add(stream.Handle, arena);
            return arena;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (DeviceBuffer<byte> arena in _arenas.Values)
            {
                arena.Dispose();
            }

            _arenas.Clear();
        }
    }
}
