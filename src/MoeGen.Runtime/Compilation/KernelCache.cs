using System.Diagnostics;

namespace MoeGen;

/// <summary>
/// Compiled kernels on disk, so that a text is compiled once per machine and NVRTC. Entries are written whole and carry
/// a checksum; a damaged one is compiled again. Several threads and processes that want one entry compile it once. A
/// folder that cannot be written costs time, not the result. Thread-safe.
/// </summary>
public sealed class KernelCache
{
    private readonly IKernelCompiler _compiler;
    private readonly TimeSpan _lockTimeout;

    /// <summary>Uses the folder named by <c>MOEGEN_CACHE_FOLDER</c>, otherwise the user's cache folder.</summary>
    public KernelCache()
        : this(CacheFolder.OfProcess(), new NvrtcCompiler())
    {
    }

    /// <summary>Uses a folder, which is created, for the user alone, when first needed.</summary>
    /// <param name="folder">The folder.</param>
    public KernelCache(string folder)
        : this(Path.GetFullPath(folder), new NvrtcCompiler())
    {
    }

    // NVRTC takes seconds for a large text, so a holder that is alive is done long before this.
    internal KernelCache(string? folder, IKernelCompiler compiler, TimeSpan? lockTimeout = null)
    {
        Folder = folder;
        _compiler = compiler;
        _lockTimeout = lockTimeout ?? TimeSpan.FromMinutes(5);
    }

    /// <summary>
    /// The folder; null where the system names no home folder, so that nothing is cached. By default
    /// <c>$XDG_CACHE_HOME/moegen</c>, <c>~/.cache/moegen</c>, or <c>%LOCALAPPDATA%\MoeGen\cache</c>.
    /// </summary>
    public string? Folder { get; }

    /// <summary>Reads the compiled text from the cache, or compiles and stores it.</summary>
    /// <param name="source">UTF-8 text; NVRTC gets it byte for byte.</param>
    /// <param name="name">Name used in the compiler's messages; no part of the key.</param>
    /// <param name="target">Compute capability of the device, 8.0 or newer.</param>
    /// <exception cref="CudaCompilationException">The text does not compile.</exception>
    /// <exception cref="CudaLibraryNotFoundException">NVRTC is not on this machine; its version is part of the key.</exception>
    /// <exception cref="NotSupportedException">The device is older than 8.0.</exception>
    public CachedKernel GetOrCompile(ReadOnlySpan<byte> source, string name, ComputeCapability target)
    {
        ArgumentNullException.ThrowIfNull(name);
        long start = Stopwatch.GetTimestamp();
        CompilationTarget compilation = _compiler.SelectTarget(target);
        string key = CacheKey.Compute(source, compilation, _compiler.Version);
        if (Folder is null)
        {
            return NotCached(source, name, compilation, key, start, "the system names no home folder to keep a cache in");
        }

        string path = Path.Combine(Folder, key + (compilation.Kind == KernelImageKind.Cubin ? ".cubin" : ".ptx"));

        // Entries appear whole, so the usual case needs no lock.
        if (TryRead(path, out _) is { } hit)
        {
            return new CachedKernel(hit, CacheOutcome.Hit, "", key, path, Stopwatch.GetElapsedTime(start));
        }

        CacheLock? gate;
        try
        {
            CacheFolder.Create(Folder);
            gate = CacheLock.Acquire(Path.Combine(Folder, key + ".lock"), _lockTimeout);
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            return NotCached(source, name, compilation, key, start, exception.Message);
        }

        using (gate)
        {
            return CompileLocked(source, name, compilation, key, path, start);
        }
    }

    private CachedKernel CompileLocked(
        ReadOnlySpan<byte> source, string name, CompilationTarget target, string key, string path, long start)
    {
        // Another holder of the lock may have compiled it in the meantime.
        if (TryRead(path, out string damage) is { } hit)
        {
            return new CachedKernel(hit, CacheOutcome.Hit, "", key, path, Stopwatch.GetElapsedTime(start));
        }

        CompiledKernel kernel = _compiler.Compile(source, name, target);
        try
        {
            RemoveLeftovers(key);
            CacheFolder.Write(Path.Combine(Folder!, key + ".cu"), source);
            CacheFolder.Write(path, CacheEntry.Encode(kernel));
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            return new CachedKernel(
                kernel, CacheOutcome.NotCached, exception.Message, key, null, Stopwatch.GetElapsedTime(start));
        }

        CacheOutcome outcome = damage.Length > 0 ? CacheOutcome.Recompiled : CacheOutcome.Compiled;
        return new CachedKernel(kernel, outcome, damage, key, path, Stopwatch.GetElapsedTime(start));
    }

    private CachedKernel NotCached(
        ReadOnlySpan<byte> source, string name, CompilationTarget target, string key, long start, string reason)
    {
        CompiledKernel kernel = _compiler.Compile(source, name, target);
        return new CachedKernel(kernel, CacheOutcome.NotCached, reason, key, null, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Null where there is no entry (<paramref name="damage"/> empty) or a damaged one (says how).</summary>
    private static CompiledKernel? TryRead(string path, out string damage)
    {
        try
        {
            return CacheEntry.Decode(File.ReadAllBytes(path), out damage);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            damage = "";
            return null;
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            damage = exception.Message;
            return null;
        }
    }

    // Temporary files of this key belong to a process that died: the lock is held.
    private void RemoveLeftovers(string key)
    {
        foreach (string leftover in Directory.EnumerateFiles(Folder!, key + ".*.tmp"))
        {
            File.Delete(leftover);
        }
    }

    private static bool IsUnusable(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or TimeoutException;
}
