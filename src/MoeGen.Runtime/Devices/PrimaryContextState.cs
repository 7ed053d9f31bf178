using System.Collections.Concurrent;
using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// What all <see cref="CudaContext"/> objects of one primary context share, for the driver has it once: whether it is lost, who
/// captures, and the streams that other libraries own. Goes with the last reference that this library holds, so that a primary
/// context made anew begins anew; one that is still lost says so again.
/// </summary>
internal sealed class PrimaryContextState
{
    private static readonly Dictionary<(ICudaDriver, nint), PrimaryContextState> States = [];
    private static readonly Lock StatesLock = new();

    private readonly ConcurrentDictionary<nint, StreamGate> _wrappedStreams = [];
    private readonly (ICudaDriver, nint) _key;
    private CudaException? _failure;
    private int _references;

    private PrimaryContextState((ICudaDriver, nint) key) => _key = key;

    /// <summary>Between graph captures and waits for the whole context.</summary>
    public CaptureGate Captures { get; } = new();

    /// <summary>The error that lost the context; null while it is usable.</summary>
    public CudaException? Failure => Volatile.Read(ref _failure);

    /// <summary>The state of a primary context, with one reference more.</summary>
    public static PrimaryContextState Retain(ICudaDriver driver, nint context)
    {
        lock (StatesLock)
        {
            if (!States.TryGetValue((driver, context), out PrimaryContextState? state))
            {
                state = new PrimaryContextState((driver, context));
                States.Add(state._key, state);
            }

            state._references++;
            return state;
        }
    }

    /// <summary>Gives a reference back.</summary>
    public void Release()
    {
        lock (StatesLock)
        {
            if (--_references == 0)
            {
                States.Remove(_key);
            }
        }
    }

    /// <summary>Remembers the first error that loses the context; later ones follow from it.</summary>
    public void Lose(CudaException error) => Interlocked.CompareExchange(ref _failure, error, null);

    /// <summary>The gate of a stream that another library owns, the same for all wrappers of the handle.</summary>
    public StreamGate GateOf(nint wrappedStream) => _wrappedStreams.GetOrAdd(wrappedStream, static _ => new StreamGate(null));
}
