using Xunit;

namespace MoeGen.Tests;

/// <summary>A file system of a few hundred kilobytes in memory, where the test may mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Mounts it, or skips the test and says why.</summary>
    public static SmallDisk Mount(string path, string options)
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Only Linux mounts a tmpfs.");
        }

        Directory.CreateDirectory(path);
        (int code, string errors) = UnixCommand.Run("mount", "-t", "tmpfs", "-o", $"{options},mode=700", "tmpfs", path);
        if (code != 0)
        {
            Assert.Skip($"A small disk cannot be mounted here, so that a full one was NOT tested (it takes root): {errors}");
        }

        return new SmallDisk(path);
    }

    /// <summary>Takes what is left.</summary>
    public void Fill()
    {
        using var stream = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        Assert.Throws<IOException>(WriteForEver);

        void WriteForEver()
        {
            while (true)
            {
                stream.Write(new byte[512]);
            }
        }
    }

    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        (int code, string errors) = UnixCommand.Run("umount", Path);
        Assert.True(code == 0, errors);
    }
}
