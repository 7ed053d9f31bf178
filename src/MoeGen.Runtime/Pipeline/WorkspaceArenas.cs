namespace MoeGen;

/// <summary>
/// One growing workspace a stream, so that calls on different streams never share scratch memory. The workspace of a stream that
/// was disposed is freed when another stream needs one; freeing waits for the work that still uses it.
/// </summary>
internal sealed class WorkspaceArenas(CudaContext context) : IDisposable
{
    private const int PerThreadStream = 2;

    private readonly Dictionary<StreamGate, Arena> _arenas = [];
    private readonly Lock _lock = new();

    /// <summary>
    /// The stream's arena, at least <paramref name="bytes"/> long; the caller holds the stream's gate. Growing waits for the stream,
    /// because its work may still use the smaller one; a stream under capture gets none, because a graph would keep the address
    /// after the arena grew.
    /// </summary>
    public DeviceBuffer<byte> Get(CudaStream stream, long bytes)
    {
        if (stream.IsCapturing)
        {
            throw new InvalidOperationException(
                "The stream is being captured and no workspace was given. Use CaptureForward, or pass a workspace of GetWorkspaceBytes(numTokens, topK) bytes that lives as long as the graph.");
        }

        if (stream.Handle == PerThreadStream)
        {
            throw new InvalidOperationException(
                "Handle 2 is another stream in each thread, so that the layer has no workspace for it. Pass a workspace of GetWorkspaceBytes(numTokens, topK) bytes, or wrap a stream of its own handle.");
        }

        Arena arena = Find(stream.Gate);
        ulong id = stream.WrappedId;
        if (arena.Memory is { } memory && memory.Length >= bytes && arena.StreamId == id)
        {
            return memory;
        }

        return Renew(arena, id, stream, bytes);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Arena arena in _arenas.Values)
            {
                arena.Memory?.Dispose();
            }

            _arenas.Clear();
        }
    }

    private Arena Find(StreamGate gate)
    {
        lock (_lock)
        {
            if (!_arenas.TryGetValue(gate, out Arena? arena))
            {
                arena = new Arena();
                _arenas.Add(gate, arena);
            }

            return arena;
        }
    }

    // When the allocation fails, the arena is empty and the next call allocates what it needs.
    private DeviceBuffer<byte> Renew(Arena arena, ulong id, CudaStream stream, long bytes)
    {
        FreeEnded();
        if (arena.Memory is { } smaller)
        {
            if (arena.StreamId == id)
            {
                stream.Synchronize();
            }

            smaller.Dispose();
            arena.Memory = null;
        }

        arena.StreamId = id;
        DeviceBuffer<byte> memory = context.Allocate<byte>(bytes);
        try
        {
            memory.FillFirst(WorkspaceLayout.CounterBytes, 0, stream);
        }
        catch
        {
            memory.Dispose();
            throw;
        }

        return arena.Memory = memory;
    }

    private void FreeEnded()
    {
        List<Arena> ended = [];
        lock (_lock)
        {
            foreach ((StreamGate gate, Arena arena) in _arenas)
            {
                if (gate.HasEnded)
                {
                    ended.Add(arena);
                    _arenas.Remove(gate);
                }
            }
        }

        ended.ForEach(arena => arena.Memory?.Dispose());
    }

    private sealed class Arena
    {
        public DeviceBuffer<byte>? Memory { get; set; }

        /// <summary>Which of the streams that have had the same handle it belongs to.</summary>
        public ulong StreamId { get; set; }
    }
}
