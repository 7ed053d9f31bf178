namespace MoeGen;

/// <summary>
/// The kernels of one CUDA text on one device, in the parts that the text can be compiled in. The typed launchers of a class find
/// their kernels here; a part is compiled and loaded when one of its kernels is first used. Thread-safe once the launchers are made.
/// </summary>
public sealed class KernelParts : IDisposable
{
    private readonly Dictionary<string, KernelPart> _parts = new(StringComparer.Ordinal);
    private readonly Func<string, CachedKernel>? _compile;

    /// <summary>All parts in one module of the whole text, which stays the caller's.</summary>
    public KernelParts(CudaModule whole)
    {
        ArgumentNullException.ThrowIfNull(whole);
        Whole = whole;
        Context = whole.Context;
    }

    /// <param name="context">The device.</param>
    /// <param name="compile">From a part's name to its image; empty for a text without parts.</param>
    internal KernelParts(CudaContext context, Func<string, CachedKernel> compile)
    {
        Context = context;
        _compile = compile;
    }

    /// <summary>The device.</summary>
    public CudaContext Context { get; }

    internal CudaModule? Whole { get; }

    internal IReadOnlyCollection<KernelPart> All => _parts.Values;

    /// <summary>Names a kernel of a part; nothing is compiled or loaded by it.</summary>
    /// <param name="part">Name of the part; empty for a text without parts.</param>
    /// <param name="name">Name in the CUDA text, declared <c>extern "C"</c>.</param>
    /// <param name="threads">Threads a block, 1 to 1024, and within the kernel's launch bounds; checked when the part is loaded.</param>
    /// <param name="sharedMemoryBytes">Dynamic shared memory a block, in bytes; checked when the part is loaded.</param>
    public PartKernel Kernel(string part, string name, int threads, int sharedMemoryBytes)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_parts.TryGetValue(part, out KernelPart? known))
        {
            known = new KernelPart(this, part);
            _parts.Add(part, known);
        }

        return known.Add(name, threads, sharedMemoryBytes);
    }

    /// <summary>Unloads what was loaded, after everything enqueued on the device has run.</summary>
    public void Dispose()
    {
        foreach (KernelPart part in _parts.Values)
        {
            part.Dispose();
        }
    }

    /// <summary>The part of that name; null where the text has none.</summary>
    internal KernelPart? Find(string name) => _parts.GetValueOrDefault(name);

    /// <summary>The image of a part; null where the whole text is loaded already.</summary>
    internal CachedKernel? Compile(string part) => _compile?.Invoke(part);
}
