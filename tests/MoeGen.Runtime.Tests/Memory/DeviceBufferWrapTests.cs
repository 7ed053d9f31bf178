using Xunit;

namespace MoeGen.Tests;

public sealed class DeviceBufferWrapTests : IDisposable
{
    private readonly FakeCudaDriver _driver = new();
    private readonly CudaContext _context;
    private readonly DeviceBuffer<int> _foreign;

    public DeviceBufferWrapTests()
    {
        _context = new CudaContext(_driver);
        _foreign = _context.Allocate<int>(8);
    }

    public void Dispose()
    {
        _foreign.Dispose();
        _context.Dispose();
        _driver.Dispose();
    }

    [Fact]
    public void SharesTheMemoryAndDoesNotFreeIt()
    {
        DeviceBuffer<int> wrapped = DeviceBuffer<int>.Wrap(_context, (nint)_foreign.Pointer.Address, 8);
        int[] read = new int[8];

        wrapped.CopyFrom([1, 2, 3, 4, 5, 6, 7, 8]);
        wrapped.Dispose();
        _foreign.CopyTo(read);

        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], read);
        Assert.Equal(1, _driver.LiveAllocations);
        Assert.True(wrapped.IsDisposed);
    }

    [Fact]
    public void NullIsRefused()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>("address", () => DeviceBuffer<int>.Wrap(_context, 0, 8));
        Assert.Contains("0x0", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnalignedIsRefusedWithTheValueAndWhatIsAllowed()
    {
        nint address = (nint)_foreign.Pointer.Address + 8;

        ArgumentException exception = Assert.Throws<ArgumentException>(
            "address", () => DeviceBuffer<int>.Wrap(_context, address, 2));

        Assert.Contains($"0x{address:X}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("multiples of 16 bytes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddressThatCudaDoesNotKnowIsRefused()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(
            "address", () => DeviceBuffer<int>.Wrap(_context, 0x10, 2));
        Assert.Contains("0x10 is not an address that CUDA knows", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HostMemoryIsRefused()
    {
        _driver.HostMemoryType = 1;

        ArgumentException exception = Assert.Throws<ArgumentException>("address", WrapForeign);
        Assert.Contains("is host memory", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryOfAnotherDeviceIsRefused()
    {
        _driver.PointerDevice = 3;

        ArgumentException exception = Assert.Throws<ArgumentException>("address", WrapForeign);
        Assert.Contains("memory of device 3", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NegativeLengthIsRefused() => Assert.Throws<ArgumentOutOfRangeException>(
        "length", () => DeviceBuffer<int>.Wrap(_context, (nint)_foreign.Pointer.Address, -1));

    [Fact]
    public void BuffersOfAnotherDeviceAreNotMixed()
    {
        _driver.DeviceCount = 2;
        using var second = new CudaContext(_driver, 1);
        using DeviceBuffer<int> other = second.Allocate<int>(8);
        using CudaStream stream = second.CreateStream();

        Assert.Throws<ArgumentException>("source", () => _foreign.CopyFrom(other));
        Assert.Throws<ArgumentException>("stream", () => _foreign.CopyFrom(new int[8], stream));
        Assert.Throws<ArgumentException>("stream", () => _foreign.Fill(0, stream));
        using var same = new CudaContext(_driver);
        _foreign.Fill(0, same.DefaultStream);
    }

    private void WrapForeign() => DeviceBuffer<int>.Wrap(_context, (nint)_foreign.Pointer.Address, 8);
}
