namespace MoeGen;

/// <summary>
/// Keeps graph captures and waits for a whole context apart: the driver refuses such a wait while any stream of the context is
/// being captured, whichever thread does it, and invalidates the capture. Captures run beside captures, waits beside waits;
/// a capture goes before waits that have not begun, because it takes the host's time only.
/// </summary>
internal sealed class CaptureGate
{
    private readonly object _lock = new();
    private readonly List<int> _capturingThreads = [];
    private int _pendingCaptures;
    private int _waits;

    /// <summary>Whether the calling thread captures, and must not wait for others that may wait for the capture.</summary>
    public bool IsCapturingHere
    {
        get
        {
            lock (_lock)
            {
                return _capturingThreads.Contains(Environment.CurrentManagedThreadId);
            }
        }
    }

    /// <summary>Runs a capture on the calling thread, after the waits under way.</summary>
    public void Capture(Action capture)
    {
        int thread = Environment.CurrentManagedThreadId;
        lock (_lock)
        {
            _pendingCaptures++;
            while (_waits > 0)
            {
                Monitor.Wait(_lock);
            }

            _pendingCaptures--;
            _capturingThreads.Add(thread);
        }

        try
        {
            capture();
        }
        finally
        {
            lock (_lock)
            {
                _capturingThreads.Remove(thread);
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>Runs what waits for the whole context, after the captures under way.</summary>
    /// <exception cref="InvalidOperationException">The calling thread is capturing: it would wait for itself.</exception>
    public void Wait(Action wait)
    {
        lock (_lock)
        {
            if (_capturingThreads.Contains(Environment.CurrentManagedThreadId))
            {
                throw new InvalidOperationException(
                    "This thread is capturing a graph; what waits for the whole device cannot be captured. Copy with a stream, or before or after the capture.");
            }

            while (_capturingThreads.Count + _pendingCaptures > 0)
            {
                Monitor.Wait(_lock);
            }

            _waits++;
        }

        try
        {
            wait();
        }
        finally
        {
            lock (_lock)
            {
                _waits--;
                Monitor.PulseAll(_lock);
            }
        }
    }
}
