using MoeGen.Native;

namespace MoeGen.Checkpoints;

/// <summary>
/// Finds the files of a checkpoint, none of them outside its folder. Links are followed inside the folder, and in the hub's cache,
/// <c>snapshots/REVISION/NAME</c>, to the <c>blobs</c> beside <c>snapshots</c>, where that cache keeps the files themselves.
/// </summary>
internal static class CheckpointFolder
{
    private const int MaxLinks = 40;

    /// <summary>The path of a file that exists; null where it does not.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="name">A plain name.</param>
    /// <param name="problem">Makes an exception of a path and a sentence.</param>
    public static string? Find(string folder, string name, Func<string, string, CheckpointException> problem)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        if (new FileInfo(path).LinkTarget is null)
        {
            return path;
        }

        if (Resolve(Path.GetFullPath(folder)) is not { } home || Resolve(Path.Combine(home, name)) is not { } target)
        {
            throw problem(path, $"leads through more than {MaxLinks} links.");
        }

        return LiesIn(target, home) || (Blobs(home) is { } blobs && LiesIn(target, blobs))
            ? path
            : throw problem(
                path,
                $"is a link to {CheckpointException.Quote(target)}, outside the folder; allowed are links inside the folder, and to the blobs of the hub's cache. Open the folder of the files themselves.");
    }

    /// <summary>Opens a file to read it; a pipe or a device, which might never end, is refused.</summary>
    public static FileStream OpenPlain(string path, Func<string, string, CheckpointException> problem)
    {
        if (Directory.Exists(path) || (OperatingSystem.IsLinux() && LinuxFile.Find(path) is { IsPlainFile: false }))
        {
            throw problem(path, "is no plain file; folders, pipes and devices cannot be read.");
        }

        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
    }

    // A path with every link on the way followed; null where they go in a circle.
    private static string? Resolve(string path)
    {
        string resolved = Path.GetPathRoot(path)!;
        var parts = new Stack<string>(Parts(path[resolved.Length..]));
        for (int links = 0; parts.TryPop(out string? part);)
        {
            if (part == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? resolved;
                continue;
            }

            string next = Path.Combine(resolved, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                resolved = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                return null;
            }

            // The target's parts come next; its own ".." count from where its links lead, as the system takes them.
            if (Path.IsPathRooted(target))
            {
                resolved = Path.GetPathRoot(target)!;
                target = target[resolved.Length..];
            }

            foreach (string piece in Parts(target))
            {
                parts.Push(piece);
            }
        }

        return resolved;
    }

    // The last part first: the order in which they are put on the stack.
    private static IEnumerable<string> Parts(string path) => path
        .Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)
        .Where(static part => part != ".")
        .Reverse();

    private static bool LiesIn(string path, string folder) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string? Blobs(string home)
    {
        for (string? folder = home; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Path.GetFileName(folder) == "snapshots")
            {
                return Path.Combine(Path.GetDirectoryName(folder)!, "blobs");
            }
        }

        return null;
    }
}
