namespace MoeGen;

/// <summary>The file of a cache entry.</summary>
internal static class CacheEntryFile
{
    /// <summary>Null where there is no entry (<paramref name="damage"/> empty) or one that must not be loaded (says why).</summary>
    internal static CompiledKernel? TryRead(string path, KernelRequest request, out string damage)
    {
        damage = "";
        try
        {
            return File.Exists(path) ? Read(path, request, out damage) : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            damage = exception.Message;
            return null;
        }
    }

    /// <exception cref="IOException">It cannot be written, or is longer than any entry may be.</exception>
    internal static void Write(string path, CompiledKernel kernel, KernelRequest request)
    {
        byte[] entry = CacheEntry.Encode(kernel, request);
        if (entry.Length > CacheEntryHeader.MaxEntryBytes)
        {
            throw new IOException($"The entry would have {entry.Length} bytes; allowed are at most {CacheEntryHeader.MaxEntryBytes}.");
        }

        CacheFolder.Write(path, entry);
    }

    private static CompiledKernel? Read(string path, KernelRequest request, out string damage)
    {
        damage = CacheTrust.FindProblem(path);
        if (damage.Length > 0)
        {
            return null;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);

        // Once more for what was opened: the path may lead elsewhere by now.
        damage = CacheTrust.FindProblem(stream.SafeFileHandle, path);
        if (damage.Length > 0)
        {
            return null;
        }

        // The header tells whether the rest is worth its memory.
        long length = stream.Length;
        Span<byte> header = stackalloc byte[CacheEntryHeader.Bytes];
        int read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        damage = CacheEntryHeader.FindDamage(header[..read], length);
        if (damage.Length > 0)
        {
            return null;
        }

        var entry = new byte[length];
        header.CopyTo(entry);
        stream.ReadExactly(entry, read, entry.Length - read);
        return CacheEntry.Decode(entry, request, out damage);
    }
}
