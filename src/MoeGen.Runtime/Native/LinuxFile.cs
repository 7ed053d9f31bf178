using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace MoeGen.Native;

/// <summary>What Linux says of a file and .NET does not: its owner, and whether it is a plain file at all.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class LinuxFile
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int OfDescriptor = 0x1000; // AT_EMPTY_PATH
    private const uint TypeModeOwner = 1 | 2 | 8; // STATX_TYPE | STATX_MODE | STATX_UID
    private const int NoSuchFile = 2; // ENOENT
    private const int NoFolderOnTheWay = 20; // ENOTDIR

    /// <summary>The user whose rights this process has.</summary>
    internal static uint User => geteuid();

    /// <summary>What a path leads to, links followed; null where there is nothing.</summary>
    /// <exception cref="IOException">The system does not say.</exception>
    internal static LinuxFileStatus? Find(string path)
    {
        if (statx(CurrentFolder, path, 0, TypeModeOwner, out Statx status) == 0)
        {
            return new LinuxFileStatus(status.Mode, status.User);
        }

        int error = Marshal.GetLastPInvokeError();
        return error is NoSuchFile or NoFolderOnTheWay ? null : throw Problem(path, error);
    }

    /// <summary>What an open file is, whatever has become of its path.</summary>
    /// <exception cref="IOException">The system does not say.</exception>
    internal static LinuxFileStatus Of(SafeFileHandle file, string path)
    {
        bool held = false;
        try
        {
            file.DangerousAddRef(ref held);
            return statx((int)file.DangerousGetHandle(), "", OfDescriptor, TypeModeOwner, out Statx status) == 0
                ? new LinuxFileStatus(status.Mode, status.User)
                : throw Problem(path, Marshal.GetLastPInvokeError());
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    private static IOException Problem(string path, int error) => new($"'{path}': {Marshal.GetPInvokeErrorMessage(error)}.");

    [LibraryImport("libc")]
    private static partial uint geteuid();

    // glibc since 2.28; unlike stat's, its structure is the same on every processor.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int statx(int folder, string path, int flags, uint mask, out Statx status);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
