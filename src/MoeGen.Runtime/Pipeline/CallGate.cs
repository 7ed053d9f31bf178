namespace MoeGen;

/// <summary>
/// Counts the calls that enqueue work, so that what they use is released after the last of them. Entering and leaving take no
/// lock and allocate nothing.
/// </summary>
internal sealed class CallGate(object owner)
{
    private const int Closed = int.MinValue;

    // Calls of any layer: a thread inside one must not wait for its own end.
    [ThreadStatic]
    private static int t_inside;

    private readonly object _releasing = new();
    private Action? _release;
    private int _closing;
    private int _calls;
    private bool _released;

    /// <summary>Whether the calling thread is inside a call of any layer.</summary>
    public static bool IsInside => t_inside > 0;

    /// <summary>A call begins; <see cref="Exit"/> must follow.</summary>
    /// <exception cref="ObjectDisposedException">The owner was disposed.</exception>
    public void Enter()
    {
        if (Interlocked.Increment(ref _calls) < 0)
        {
            Leave();
            ObjectDisposedException.ThrowIf(true, owner);
        }

        t_inside++;
    }

    /// <summary>The call has enqueued all its work, or failed.</summary>
    public void Exit()
    {
        t_inside--;
        Leave();
    }

    /// <summary>
    /// Refuses later calls, and runs <paramref name="release"/> once, when no call is in progress. Returns when that is done; where the
    /// calling thread is inside a call itself or must not wait, at once, and the last call to leave releases.
    /// </summary>
    public void Close(Action release, bool mayWait)
    {
        if (Interlocked.Exchange(ref _closing, 1) == 0)
        {
            Volatile.Write(ref _release, release);
            if (Interlocked.Or(ref _calls, Closed) == 0)
            {
                Release();
            }
        }

        if (mayWait && t_inside == 0)
        {
            lock (_releasing)
            {
                while (!_released)
                {
                    Monitor.Wait(_releasing);
                }
            }
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _calls) == Closed)
        {
            Release();
        }
    }

    // A call that comes too late leaves as well, so this may run twice at once.
    private void Release()
    {
        if (Interlocked.Exchange(ref _release, null) is { } release)
        {
            release();
            lock (_releasing)
            {
                _released = true;
                Monitor.PulseAll(_releasing);
            }
        }
    }
}
