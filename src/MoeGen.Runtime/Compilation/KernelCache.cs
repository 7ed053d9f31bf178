using System.Diagnostics;

namespace MoeGen;

/// <summary>
/// Compiled kernels on disk, so that a text is compiled once per machine and NVRTC. Entries are written whole and carry
/// a checksum; a damaged one is compiled again. Several threads and processes that want one entry compile it once. A
/// folder that cannot be written, or that other users can write, costs time, not the result. Thread-safe.
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

    /// <summary>
    /// Reads the compiled text from the cache, or compiles and stores it. On Unix a folder that other users can write is neither read
    /// nor written, on Linux also one that belongs to another user than this process's and root: <see cref="CacheOutcome.NotCached"/>.
    /// </summary>
    /// <param name="source">UTF-8 text; NVRTC gets it byte for byte.</param>
    /// <param name="name">Name used in the compiler's messages; no part of the key.</param>
    /// <param name="target">Compute capability of the device, 8.0 or newer.</param>
    /// <exception cref="CudaCompilationException">The text does not compile.</exception>
    /// <exception cref="CudaLibraryNotFoundException">NVRTC is not on this machine; its version is part of the key.</exception>
    /// <exception cref="NotSupportedException">The device is older than 8.0.</exception>
    public CachedKernel GetOrCompile(ReadOnlySpan<byte> source, string name, ComputeCapability target) =>
        GetOrCompile(source, name, target, part: "");

    /// <summary>As <see cref="GetOrCompile(ReadOnlySpan{byte}, string, ComputeCapability)"/>, for one part of a generated text, which is an entry of its own.</summary>
    /// <param name="source">UTF-8 text; NVRTC gets it byte for byte.</param>
    /// <param name="name">Name used in the compiler's messages; no part of the key.</param>
    /// <param name="target">Compute capability of the device, 8.0 or newer.</param>
    /// <param name="part">A name that the text's head lists; empty for the whole text.</param>
    public CachedKernel GetOrCompile(ReadOnlySpan<byte> source, string name, ComputeCapability target, string part)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(part);
        long start = Stopwatch.GetTimestamp();
        var request = KernelRequest.Create(source, name, _compiler.SelectTarget(target) with { Part = part }, _compiler.Version);
        if (Folder is null)
        {
            return NotCached(source, request, start, "the system names no home folder to keep a cache in");
        }

        string path = Path.Combine(Folder, request.FileName);
        CacheLock? gate;
        try
        {
            CacheFolder.Create(Folder);
            CacheTrust.RequireFolder(Folder);

            // Entries appear whole, so the usual case needs no lock.
            if (CacheEntryFile.TryRead(path, request, out _) is { } hit)
            {
                return Hit(hit, request, path, start);
            }

            gate = CacheLock.Acquire(Path.Combine(Folder, request.Key + ".lock"), _lockTimeout);
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            return NotCached(source, request, start, exception.Message);
        }

        using (gate)
        {
            return CompileLocked(source, request, path, start);
        }
    }

    private CachedKernel CompileLocked(ReadOnlySpan<byte> source, KernelRequest request, string path, long start)
    {
        // Another holder of the lock may have compiled it in the meantime.
        if (CacheEntryFile.TryRead(path, request, out string damage) is { } hit)
        {
            return Hit(hit, request, path, start);
        }

        CompiledKernel kernel = _compiler.Compile(source, request.Name, request.Target);
        try
        {
            RemoveLeftovers(request.Key);
            CacheFolder.Write(Path.Combine(Folder!, request.Key + ".cu"), source);
            CacheEntryFile.Write(path, kernel, request);
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            return new CachedKernel(
                kernel, CacheOutcome.NotCached, exception.Message, request.Key, null, Stopwatch.GetElapsedTime(start));
        }

        CacheOutcome outcome = damage.Length > 0 ? CacheOutcome.Recompiled : CacheOutcome.Compiled;
        return new CachedKernel(kernel, outcome, damage, request.Key, path, Stopwatch.GetElapsedTime(start));
    }

    private CachedKernel NotCached(ReadOnlySpan<byte> source, KernelRequest request, long start, string reason)
    {
        CompiledKernel kernel = _compiler.Compile(source, request.Name, request.Target);
        return new CachedKernel(kernel, CacheOutcome.NotCached, reason, request.Key, null, Stopwatch.GetElapsedTime(start));
    }

    private static CachedKernel Hit(CompiledKernel kernel, KernelRequest request, string path, long start) =>
        new(kernel, CacheOutcome.Hit, "", request.Key, path, Stopwatch.GetElapsedTime(start));

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
