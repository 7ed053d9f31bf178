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
    private readonly List<Action> _deferred = [];
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

    /// <summary>Whether any thread captures through this library at this moment.</summary>
    public bool IsCapturing
    {
        get
        {
            lock (_lock)
            {
                return _capturingThreads.Count > 0;
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
            EndCapture(thread);
        }
    }

    /// <summary>
    /// As <see cref="Wait"/>; on a thread that is capturing, later, when the last capture under way has ended. What is deferred must not throw.
    /// </summary>
    public void WaitOrDefer(Action wait)
    {
        lock (_lock)
        {
            if (_capturingThreads.Contains(Environment.CurrentManagedThreadId))
            {
                _deferred.Add(wait);
                return;
            }
        }

        Wait(wait);
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
            EndWait();
        }
    }

    // The thread still holds its stream, so it must not wait for other captures: whichever ends last runs what was deferred.
    private void EndCapture(int thread)
    {
        Action[] due = [];
        lock (_lock)
        {
            _capturingThreads.Remove(thread);
            if (_capturingThreads.Count == 0 && _deferred.Count > 0)
            {
                due = [.. _deferred];
                _deferred.Clear();
                _waits++;
            }

            Monitor.PulseAll(_lock);
        }

        if (due.Length > 0)
        {
            Array.ForEach(due, static wait => wait());
            EndWait();
        }
    }

    private void EndWait()
    {
        lock (_lock)
        {
            _waits--;
            Monitor.PulseAll(_lock);
        }
    }
}
