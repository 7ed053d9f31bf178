using System.Runtime.InteropServices;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Named pipes: who opens one to read waits for a writer, who never comes.</summary>
internal static partial class UnixPipe
{
    public static void Create(string path) => Assert.Equal(0, mkfifo(path, 0x180));

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);
}
