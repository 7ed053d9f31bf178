using System.Runtime.InteropServices;
using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class LoadedLibraryPathTests
{
    private static readonly string[] s_maps =
    [
        "00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/dbus-daemon",
        "7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ",
        "7f1000000000-7f1000200000 r-xp 00000000 08:02 1   /opt/with space/libnvrtc.so.12.4.127",
    ];

    [Theory]
    [InlineData(0x400000ul, "/usr/bin/dbus-daemon")]
    [InlineData(0x451ffful, "/usr/bin/dbus-daemon")]
    [InlineData(0x452000ul, null)]
    [InlineData(0x7f0000000800ul, null)]
    [InlineData(0x7f1000000010ul, "/opt/with space/libnvrtc.so.12.4.127")]
    public void MappingThatHoldsTheAddress(ulong address, string? path) =>
        Assert.Equal(path, LoadedLibraryPath.FindMapping(address, s_maps));

    [Fact]
    public void LibraryOfThisProcess()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Names a library of Linux.");
        }

        nint address = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "malloc");

        Assert.Contains("libc", Path.GetFileName(LoadedLibraryPath.Find(address)), StringComparison.Ordinal);
    }
}
