namespace MoeGen;

/// <summary>A named group of entry points of one text: compiled, loaded and unloaded together, and only once needed.</summary>
internal sealed class KernelPart(KernelParts owner, string name)
{
    private readonly Lock _lock = new();
    private readonly List<PartKernel> _kernels = [];
    private CudaModule? _module;
    private CachedKernel? _compiled;
    private volatile bool _isLoaded;
    private bool _isDisposed;

    /// <summary>Its name in the text's guards; empty for a text without parts.</summary>
    public string Name => name;

    public bool IsLoaded => _isLoaded;

    /// <summary>Where its image came from; null until it is loaded.</summary>
    public CachedKernel? Compiled => Volatile.Read(ref _compiled);

    public PartKernel Add(string kernel, int threads, int sharedMemoryBytes)
    {
        var added = new PartKernel(this, kernel, threads, sharedMemoryBytes);
        _kernels.Add(added);
        return added;
    }

    /// <summary>
    /// Compiles the part or finds it in the cache, loads it and checks its kernels against the device; returns at once where that is
    /// done. A failure is not remembered. Never during a capture, which a module that is being loaded can invalidate: it waits for
    /// those of other threads.
    /// </summary>
    /// <param name="stream">The stream of the call that needs it; null for none.</param>
    /// <exception cref="InvalidOperationException">The calling thread, or another library on the stream, is capturing a graph.</exception>
    public void Load(CudaStream? stream)
    {
        if (_isLoaded)
        {
            return;
        }

        RefuseCapture(stream);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, owner);
            if (!_isLoaded)
            {
                owner.Context.ThrowIfLost();
                CachedKernel? compiled = owner.Compile(name);
                owner.Context.Captures.Wait(() => Bind(compiled));
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _module?.Dispose();
        }
    }

    private void Bind(CachedKernel? compiled)
    {
        CudaModule module = compiled is null ? owner.Whole! : CudaModule.Load(owner.Context, compiled.Kernel);
        try
        {
            _kernels.ForEach(kernel => kernel.Bind(module));
        }
        catch when (compiled is not null)
        {
            module.Unload();
            throw;
        }

        if (compiled is not null)
        {
            _module = module;
            Volatile.Write(ref _compiled, compiled);
        }

        _isLoaded = true;
    }

    private void RefuseCapture(CudaStream? stream)
    {
        if (owner.Context.Captures.IsCapturingHere || (stream is not null && stream.IsCapturing))
        {
            throw new InvalidOperationException(
                $"Kernels of '{name}' are not loaded yet, and a graph is being captured, when nothing can be compiled or loaded. "
                + "Before the capture call Prepare, or Forward once with these sizes; CaptureForward does so by itself.");
        }
    }
}
