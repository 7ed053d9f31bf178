namespace MoeGen;

/// <summary>Where compiled kernels are kept, and how files get there.</summary>
internal static class CacheFolder
{
    internal const string Variable = "MOEGEN_CACHE_FOLDER";

    /// <summary>The folder for an environment; null where the system names no home.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="windows">Whether this is Windows.</param>
    /// <param name="home">The user's home, on Windows their local application data.</param>
    internal static string? Default(Func<string, string?> variable, bool windows, string home)
    {
        if (variable(Variable) is { Length: > 0 } stated)
        {
            return Path.GetFullPath(stated);
        }

        if (windows)
        {
            return home.Length > 0 ? Path.Combine(home, "MoeGen", "cache") : null;
        }

        // The XDG specification says that a relative path there is to be ignored.
        string? xdg = variable("XDG_CACHE_HOME");
        return Path.IsPathRooted(xdg) ? Path.Combine(xdg, "moegen")
            : home.Length > 0 ? Path.Combine(home, ".cache", "moegen")
            : null;
    }

    internal static string? OfProcess() => Default(
        Environment.GetEnvironmentVariable,
        OperatingSystem.IsWindows(),
        Environment.GetFolderPath(
            OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile));

    /// <summary>Creates it, and the folders on the way that are missing, for the user alone; the driver runs what lies in it.</summary>
    internal static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        // One by one: CreateDirectory gives its mode to the last folder only.
        if (Path.GetDirectoryName(folder) is { Length: > 0 } parent && !Directory.Exists(parent))
        {
            Create(parent);
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Replaces a file as a whole: other processes see the old bytes or the new, also after a crash.</summary>
    /// <exception cref="IOException">The disk is full, or the file would be longer than the system allows.</exception>
    internal static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, NewFile(FileMode.CreateNew, FileAccess.Write)))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (ArgumentOutOfRangeException problem)
        {
            // So .NET reports a limit of the file system or the process (EFBIG).
            File.Delete(temporary);
            throw new IOException($"'{temporary}' cannot have {bytes.Length} bytes: {problem.Message}", problem);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Opens alone, and creates for the user alone, whatever the umask: an entry that others can write is not loaded.</summary>
    internal static FileStreamOptions NewFile(FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
