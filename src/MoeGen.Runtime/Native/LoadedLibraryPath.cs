using System.Diagnostics;
using System.Globalization;

namespace MoeGen.Native;

/// <summary>Finds the file behind a loaded library, also when the system's loader chose it.</summary>
internal static class LoadedLibraryPath
{
    /// <summary>Full path of the file whose mapping holds <paramref name="address"/>; null where the system does not tell.</summary>
    internal static string? Find(nint address)
    {
        try
        {
            return OperatingSystem.IsWindows() ? FindModule(address)
                : OperatingSystem.IsLinux() ? FindMapping((ulong)address, File.ReadLines("/proc/self/maps"))
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Reads lines of the form <c>start-end perms offset device inode path</c>, the addresses in hex.</summary>
    internal static string? FindMapping(ulong address, IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            int dash = line.IndexOf('-', StringComparison.Ordinal);
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            int slash = line.IndexOf('/', StringComparison.Ordinal);
            if (dash > 0 && space > dash && slash > space
                && ulong.TryParse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong start)
                && ulong.TryParse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong end)
                && address >= start && address < end)
            {
                return line[slash..];
            }
        }

        return null;
    }

    private static string? FindModule(nint address)
    {
        using Process process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            if (address >= module.BaseAddress && address < module.BaseAddress + module.ModuleMemorySize)
            {
                return module.FileName;
            }
        }

        return null;
    }
}
