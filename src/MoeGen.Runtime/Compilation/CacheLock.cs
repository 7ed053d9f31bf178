using System.Diagnostics;

namespace MoeGen;

/// <summary>Held by the one process, and the one thread in it, that compiles an entry. The system frees it when its holder dies.</summary>
internal sealed class CacheLock : IDisposable
{
    private readonly FileStream _file;

    private CacheLock(FileStream file) => _file = file;

    /// <exception cref="TimeoutException">Another holder kept it all that time.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    internal static CacheLock Acquire(string path, TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        for (int delay = 2; ; delay = Math.Min(delay * 2, 100))
        {
            try
            {
                // The file stays afterwards: deleting it could take a lock away from a process that has just opened it.
                return new CacheLock(new FileStream(path, CacheFolder.NewFile(FileMode.OpenOrCreate, FileAccess.ReadWrite)));
            }
            catch (IOException exception) when (IsHeld(exception))
            {
                if (Stopwatch.GetElapsedTime(start) > timeout)
                {
                    throw new TimeoutException($"'{path}' was held by another process for {timeout.TotalSeconds:0.#} s.", exception);
                }

                Thread.Sleep(delay);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    // The system's codes for "someone else holds it"; anything else, a full disk for instance, does not pass by waiting.
    private static bool IsHeld(IOException exception)
    {
        int code = exception.HResult & 0xFFFF;
        return OperatingSystem.IsWindows() ? code is 32 or 33 : code == (OperatingSystem.IsLinux() ? 11 : 35);
    }
}
