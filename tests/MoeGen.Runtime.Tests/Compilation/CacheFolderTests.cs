using Xunit;

namespace MoeGen.Tests;

public sealed class CacheFolderTests
{
    [Fact]
    public void StatedFolderGoesFirst() => Assert.Equal(
        Path.GetFullPath("/stated"), Default(windows: false, home: "/home/me", ("MOEGEN_CACHE_FOLDER", "/stated"), ("XDG_CACHE_HOME", "/xdg")));

    [Fact]
    public void CacheHomeOfTheDesktop() => Assert.Equal(
        Path.Combine("/xdg", "moegen"), Default(windows: false, home: "/home/me", ("XDG_CACHE_HOME", "/xdg")));

    [Fact]
    public void RelativeCacheHomeIsIgnored() => Assert.Equal(
        Path.Combine("/home/me", ".cache", "moegen"), Default(windows: false, home: "/home/me", ("XDG_CACHE_HOME", "xdg")));

    [Fact]
    public void WindowsUsesLocalApplicationData() => Assert.Equal(
        Path.Combine("C:\\Local", "MoeGen", "cache"), Default(windows: true, home: "C:\\Local", ("XDG_CACHE_HOME", "/xdg")));

    [Fact]
    public void NoHomeNoFolder()
    {
        Assert.Null(Default(windows: false, home: ""));
        Assert.Null(Default(windows: true, home: ""));
    }

    private static string? Default(bool windows, string home, params (string Name, string Value)[] variables) =>
        CacheFolder.Default(name => variables.FirstOrDefault(variable => variable.Name == name).Value, windows, home);
}
