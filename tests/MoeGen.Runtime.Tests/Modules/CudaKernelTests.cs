using System.Runtime.InteropServices;
using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class CudaKernelTests : IDisposable
{
    private readonly FakeCudaDriver _driver = new();
    private readonly CudaContext _context;
    private readonly CudaModule _module;
    private readonly FakeKernel _gemm;

    public CudaKernelTests()
    {
        _context = new CudaContext(_driver);
        _gemm = new FakeKernel { Name = "gemm", ArgumentBytes = Marshal.SizeOf<Arguments>(), MaxThreads = 256 };
        _driver.Kernels.Add(_gemm);
        _module = CudaModule.Load(_context, "image"u8);
    }

    public void Dispose()
    {
        _module.Dispose();
        _context.Dispose();
        _driver.Dispose();
    }

    [Fact]
    public void KernelKnowsItsResources()
    {
        CudaKernel kernel = _module.GetKernel("gemm", threads: 128, sharedMemoryBytes: 1024);

        Assert.Equal(("gemm", 128, 1024, 42, 16), (kernel.Name, kernel.Threads, kernel.SharedMemoryBytes, kernel.Registers, kernel.LocalBytes));
        Assert.Equal(2 * 72, kernel.ResidentBlocks);
        Assert.Equal(2 * 72, kernel.ResidentBlocks);
        Assert.Equal(1, _driver.OccupancyQueries);
    }

    [Fact]
    public void StructArrivesByteForByte()
    {
        using CudaStream stream = _context.CreateStream();
        CudaKernel kernel = _module.GetKernel("gemm", 128, 1024);
        var holder = new Holder { Arguments = new Arguments { Input = new DevicePointer<float>(0x1122334455667788), Count = -2, Stride = 7 } };

        // A field of an object on the managed heap, and another library's context current.
        _driver.SetCurrentContext(0);
        kernel.Launch(holder.Arguments, 77, stream);

        FakeLaunch launch = Assert.Single(_driver.Launches);
        Assert.Equal(("gemm", 77u, 128u, 1024u, stream.Handle), (launch.Kernel, launch.GridBlocks, launch.Threads, launch.SharedMemoryBytes, launch.Stream));
        Assert.Equal(
            [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0xFE, 0xFF, 0xFF, 0xFF, 7, 0, 0, 0], launch.Arguments);
    }

    [Fact]
    public void LaunchAllocatesNothing()
    {
        using CudaStream stream = _context.CreateStream();
        CudaKernel kernel = _module.GetKernel("gemm", 128, 1024);
        var arguments = new Arguments { Count = 1 };
        _driver.RecordLaunches = false;
        kernel.Launch(arguments, 1, stream);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            kernel.Launch(arguments, 1, stream);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(1001, _driver.LaunchCount);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void NoBlocksNoLaunch()
    {
        _module.GetKernel("gemm", 128, 0).Launch(default(Arguments), 0, _context.DefaultStream);

        Assert.Equal(0, _driver.LaunchCount);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(1L << 31)]
    [InlineData(long.MaxValue)]
    public void GridOutOfRangeIsRefused(long gridBlocks)
    {
        CudaKernel kernel = _module.GetKernel("gemm", 128, 0);

        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(
            nameof(gridBlocks), () => kernel.Launch(default(Arguments), gridBlocks, _context.DefaultStream));

        Assert.Contains("'gemm'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("2147483647", exception.Message, StringComparison.Ordinal);
        kernel.Launch(default(Arguments), int.MaxValue, _context.DefaultStream);
        Assert.Equal((uint)int.MaxValue, Assert.Single(_driver.Launches).GridBlocks);
    }

    [Fact]
    public void FailedLaunchNamesTheKernel()
    {
        CudaKernel kernel = _module.GetKernel("gemm", 128, 0);
        _driver.NextFailure = (nameof(ICudaDriver.Launch), CudaResult.InvalidValue);

        CudaException exception = Assert.Throws<CudaException>(
            () => kernel.Launch(default(Arguments), 1, _context.DefaultStream));

        Assert.Equal("gemm", exception.Kernel);
        Assert.StartsWith("Launch of kernel 'gemm' failed: CUDA_ERROR_INVALID_VALUE (1)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MoreThan48KilobytesAreOptedIn()
    {
        _module.GetKernel("gemm", 128, 49152);
        Assert.Equal(49152, _gemm.MaxDynamicSharedBytes);

        CudaKernel large = _module.GetKernel("gemm", 128, 98304);
        Assert.Equal(98304, _gemm.MaxDynamicSharedBytes);

        // A later, smaller use of the same kernel must leave the larger one able to run.
        _module.GetKernel("gemm", 128, 65536);
        large.Launch(default(Arguments), 1, _context.DefaultStream);
        Assert.Equal(98304u, Assert.Single(_driver.Launches).SharedMemoryBytes);
    }

    [Fact]
    public void TooMuchSharedMemoryIsRefusedWithBytesAndDevice()
    {
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(
            "sharedMemoryBytes", () => _module.GetKernel("gemm", 128, 131072));

        Assert.Contains("'gemm' needs 131072 bytes", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Fake A10 (device 0, compute capability 8.6) allows 101376", exception.Message, StringComparison.Ordinal);
        Assert.Equal(49152, _gemm.MaxDynamicSharedBytes);
    }

    [Fact]
    public void StaticSharedMemoryCounts()
    {
        _driver.Kernels.Add(new FakeKernel { Name = "static", ArgumentBytes = 8, StaticSharedBytes = 1376 });

        _module.GetKernel("static", 128, 100000);
        Assert.Throws<ArgumentOutOfRangeException>("sharedMemoryBytes", () => _module.GetKernel("static", 128, 100001));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void ThreadsBeyondTheLaunchBoundsAreRefused(int threads)
    {
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(
            nameof(threads), () => _module.GetKernel("gemm", threads, 0));

        Assert.Contains("1 to 256 threads", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownKernelIsNamed()
    {
        CudaException exception = Assert.Throws<CudaException>(() => _module.GetKernel("missing", 128, 0));

        Assert.StartsWith("Looking up the entry point of kernel 'missing' failed: CUDA_ERROR_NOT_FOUND (500)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DisposedModuleStreamOrContextIsRefused()
    {
        CudaKernel kernel = _module.GetKernel("gemm", 128, 0);
        CudaStream stream = _context.CreateStream();
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kernel.Launch(default(Arguments), 1, stream));

        _module.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kernel.Launch(default(Arguments), 1, _context.DefaultStream));
        Assert.Equal(0, _driver.LaunchCount);
    }

    [Fact]
    public void StreamOfAnotherDeviceIsRefused()
    {
        _driver.DeviceCount = 2;
        using var second = new CudaContext(_driver, 1);
        CudaKernel kernel = _module.GetKernel("gemm", 128, 0);

        Assert.Throws<ArgumentException>("stream", () => kernel.Launch(default(Arguments), 1, second.DefaultStream));
    }

    [Fact]
    public void ArgumentsLargerThanTheConstantBankAreRefused()
    {
        CudaKernel kernel = _module.GetKernel("gemm", 128, 0);

        Assert.Throws<ArgumentException>("arguments", () => kernel.Launch(default(TooLarge), 1, _context.DefaultStream));
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Arguments
    {
        public DevicePointer<float> Input;
        public int Count;
        public int Stride;
    }

    [StructLayout(LayoutKind.Sequential, Size = 4097)]
    private struct TooLarge;

    private sealed class Holder
    {
        public Arguments Arguments;
    }
}
