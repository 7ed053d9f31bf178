using Microsoft.Win32.SafeHandles;
using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// Whether a folder or an entry may be used: what lies there runs on the device, so nobody but its user, and root, who may do anything
/// in any case, may have put it there. Windows' permissions are not looked at; the folder there is in the user's profile.
/// </summary>
internal static class CacheTrust
{
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <exception cref="UnauthorizedAccessException">The folder must not be used; says why and what to do.</exception>
    /// <exception cref="IOException">The system does not say whose the folder is.</exception>
    internal static void RequireFolder(string folder)
    {
        string problem = OperatingSystem.IsLinux() ? FindProblem(folder, LinuxFile.Find(folder), file: false)
            : OperatingSystem.IsWindows() ? ""
            : FindProblem(folder, File.GetUnixFileMode(folder));
        if (problem.Length > 0)
        {
            throw new UnauthorizedAccessException($"The folder {problem}, or choose another folder with {CacheFolder.Variable}.");
        }
    }

    /// <summary>Why the entry at a path must not be opened; empty if it may. Links are followed.</summary>
    internal static string FindProblem(string path) =>
        OperatingSystem.IsLinux() ? Entry(FindProblem(path, LinuxFile.Find(path), file: true)) : "";

    /// <summary>Why an open entry must not be loaded; empty if it may.</summary>
    internal static string FindProblem(SafeFileHandle file, string path) =>
        OperatingSystem.IsLinux() ? Entry(FindProblem(path, LinuxFile.Of(file, path), file: true))
            : OperatingSystem.IsWindows() ? ""
            : Entry(FindProblem(path, File.GetUnixFileMode(file)));

    private static string Entry(string problem) => problem.Length > 0 ? $"the entry {problem}" : "";

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static string FindProblem(string path, LinuxFileStatus? found, bool file)
    {
        if (found is not { } status)
        {
            return "";
        }

        if (file && !status.IsPlainFile)
        {
            return $"'{path}' is no plain file; remove it";
        }

        uint user = LinuxFile.User;
        return status.Owner != user && status.Owner != 0
            ? $"'{path}' belongs to user {status.Owner}, and this process runs as user {user}; use one of your own"
            : FindProblem(path, status.Permissions);
    }

    private static string FindProblem(string path, UnixFileMode mode) => (mode & OthersWrite) != 0
        ? $"'{path}' can be written by other users (mode {Convert.ToString((int)mode, 8)}), and what lies there is run; take that right away with: chmod go-w '{path}'"
        : "";
}
