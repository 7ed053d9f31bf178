using System.Runtime.InteropServices;
using MoeGen.Native;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>What the emulated driver reads of a module's image.</summary>
public sealed unsafe partial class ModuleTests
{
    [Fact]
    public void Nothing_behind_the_end_of_a_text_is_read()
    {
        using var device = new EmulatedDevice();
        ReadOnlySpan<byte> text = "extern \"C\" __global__ void __launch_bounds__(32) k(const __grid_constant__ int n) {}\n"u8;
        int page = Environment.SystemPageSize;
        nint pages = mmap(0, 2 * page, ReadAndWrite, PrivateAndAnonymous, -1, 0);
        try
        {
            Assert.Equal(0, mprotect(pages + page, page, NoAccess));
            byte* image = (byte*)pages + page - text.Length - 1;
            text.CopyTo(new Span<byte>(image, text.Length));
            Assert.Equal(CudaResult.Success, device.Driver.LoadModule(out nint module, image));
            Assert.Equal(CudaResult.Success, device.Driver.GetFunction(out _, module, "k"));
        }
        finally
        {
            _ = munmap(pages, 2 * page);
        }
    }

    private const int NoAccess = 0;
    private const int ReadAndWrite = 3;
    private const int PrivateAndAnonymous = 0x22;

    [LibraryImport("libc")]
    private static partial nint mmap(nint address, nint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc")]
    private static partial int mprotect(nint address, nint bytes, int protection);

    [LibraryImport("libc")]
    private static partial int munmap(nint address, nint bytes);
}
