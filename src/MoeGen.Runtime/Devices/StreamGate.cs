namespace MoeGen;

/// <summary>What stands for a stream where several objects may wrap it: who may enqueue a call, and whether it is still there.</summary>
internal sealed class StreamGate(CudaStream? owner)
{
    private readonly WeakReference<CudaStream>? _owner = owner is null ? null : new(owner);

    /// <summary>
    /// Held while a call of several launches is enqueued, so that those of another thread's call do not come between them, and
    /// while the stream is captured or disposed.
    /// </summary>
    public Lock Enqueueing { get; } = new();

    /// <summary>Whether the stream was disposed or collected. Unknown, hence false, for one that another library owns.</summary>
    public bool HasEnded => _owner is not null && (!_owner.TryGetTarget(out CudaStream? stream) || stream.IsDisposed);
}
