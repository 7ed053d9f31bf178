using System.Runtime.ExceptionServices;

namespace MoeGen.Checkpoints;

/// <summary>
/// Copies the pieces of experts to the device on a few threads: each converts a piece in a buffer of its own and then copies it, one at a
/// time, so that the others convert meanwhile and a buffer does not leave the caches of its processor.
/// </summary>
internal sealed class PieceUploader<T>
    where T : unmanaged
{
    // More would outrun any copy to a device.
    private const int MaxThreads = 8;

    // Some 0.2 ms.
    private const int MaxSpins = 200;
    private const int SpinIterations = 25;

    private readonly (int Expert, WeightPiece<T> Piece)[] _pieces;
    private readonly int[] _left;
    private readonly Queue<int> _done = new();
    private readonly object _lock = new();
    private readonly Lock _copying = new();
    private int _next;
    private int _running;
    private Exception? _failure;

    /// <summary>Takes the pieces of each expert.</summary>
    public PieceUploader(IReadOnlyList<IReadOnlyCollection<WeightPiece<T>>> experts)
    {
        _pieces = [.. experts.SelectMany(static (pieces, expert) => pieces.Select(piece => (expert, piece)))];
        _left = [.. experts.Select(static pieces => pieces.Count)];
    }

    /// <summary>
    /// Copies all of them, once, and tells <paramref name="done"/> of each expert, on the calling thread. What a thread throws is thrown here
    /// after all have ended.
    /// </summary>
    public void Run(Action<int> done)
    {
        // Where nothing is converted, several threads would but wait for each other.
        int threadsAtMost = _pieces.Any(static each => each.Piece.Map().IsEmpty) ? Math.Min(Environment.ProcessorCount, MaxThreads) : 1;
        _running = Math.Min(threadsAtMost, _pieces.Length);
        Thread[] threads = [.. Enumerable.Range(0, _running).Select(_ => new Thread(Work) { IsBackground = true, Name = "MoeGen upload" })];
        Array.ForEach(threads, static thread => thread.Start());
        try
        {
            while (WaitForExpert() is { } expert)
            {
                done(expert);
            }
        }
        finally
        {
            Stop(null);
            Array.ForEach(threads, static thread => thread.Join());
        }

        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    // An expert that is done; null after the last.
    private int? WaitForExpert()
    {
        lock (_lock)
        {
            while (_done.Count == 0 && _running > 0)
            {
                Monitor.Wait(_lock);
            }

            return _done.TryDequeue(out int expert) ? expert : null;
        }
    }

    private void Work()
    {
        try
        {
            Memory<T> buffer = default;
            while (Start() is { } next)
            {
                Copy(_pieces[next].Piece, ref buffer);
                Finish(_pieces[next].Expert);
            }
        }
        catch (Exception exception)
        {
            Stop(exception);
        }
        finally
        {
            lock (_lock)
            {
                _running--;
                Monitor.Pulse(_lock);
            }
        }
    }

    private int? Start()
    {
        lock (_lock)
        {
            return _next < _pieces.Length ? _next++ : null;
        }
    }

    private void Copy(WeightPiece<T> piece, ref Memory<T> buffer)
    {
        ReadOnlyMemory<T> elements = piece.Map();
        if (elements.IsEmpty)
        {
            if (buffer.Length < piece.Length)
            {
                buffer = HostLoader.Allocate<T>(piece.Length);
            }

            piece.Part.Read(piece.FirstRow, piece.Rows, buffer.Span[..piece.Length]);
            elements = buffer[..piece.Length];
        }

        EnterCopying();
        try
        {
            piece.Target.CopyFrom(piece.Offset, elements.Span);
        }
        finally
        {
            _copying.Exit();
        }
    }

    // Another's copy ends about as soon as a sleeping thread would be awake again, so that waiting awake keeps the device busy.
    private void EnterCopying()
    {
        for (int i = 0; i < MaxSpins; i++)
        {
            if (_copying.TryEnter())
            {
                return;
            }

            Thread.SpinWait(SpinIterations);
        }

        _copying.Enter();
    }

    private void Finish(int expert)
    {
        lock (_lock)
        {
            if (--_left[expert] == 0)
            {
                _done.Enqueue(expert);
                Monitor.Pulse(_lock);
            }
        }
    }

    // Threads end with the piece that they are at.
    private void Stop(Exception? failure)
    {
        lock (_lock)
        {
            _failure ??= failure;
            _next = _pieces.Length;
        }
    }
}
