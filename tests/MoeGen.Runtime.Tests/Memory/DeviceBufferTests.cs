using System.Runtime.CompilerServices;
using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class DeviceBufferTests : IDisposable
{
    private readonly FakeCudaDriver _driver = new();
    private readonly CudaContext _context;

    public DeviceBufferTests() => _context = new CudaContext(_driver);

    public void Dispose()
    {
        _context.Dispose();
        _driver.Dispose();
    }

    [Fact]
    public void CopiesThereAndBack()
    {
        using DeviceBuffer<float> buffer = _context.Allocate<float>(4);
        using CudaStream stream = _context.CreateStream();
        float[] read = new float[4];

        buffer.CopyFrom([1f, 2f, 3f, 4f]);
        buffer.CopyTo(read);
        Assert.Equal([1f, 2f, 3f, 4f], read);

        buffer.CopyFrom(2, [8f, 9f]);
        buffer.CopyTo(read, stream);
        Assert.Equal([1f, 2f, 8f, 9f], read);

        buffer.CopyFrom([5f, 6f, 7f, 8f], stream);
        using DeviceBuffer<float> other = _context.Allocate<float>(4);
        other.CopyFrom(buffer, stream);
        other.CopyTo(read);
        Assert.Equal([5f, 6f, 7f, 8f], read);

        other.Fill(0, stream);
        buffer.CopyFrom(other);
        buffer.CopyTo(read);
        Assert.Equal([0f, 0f, 0f, 0f], read);
        Assert.Equal((4L, 16L), (buffer.Length, buffer.ByteLength));
    }

    [Fact]
    public void CopiesWithoutAStreamWaitForAllStreams()
    {
        using DeviceBuffer<int> buffer = _context.Allocate<int>(4);
        int[] host = new int[4];

        // Before and after: streams of this library do not wait for the legacy default stream, on which the driver copies.
        buffer.CopyTo(host);
        Assert.Equal(2, _driver.Synchronizations);
        buffer.CopyFrom(host);
        Assert.Equal(4, _driver.Synchronizations);
    }

    [Fact]
    public void CopiesWithAStreamWaitForItAlone()
    {
        using DeviceBuffer<int> buffer = _context.Allocate<int>(4);
        using CudaStream stream = _context.CreateStream();
        int[] host = new int[4];

        buffer.CopyFrom(host, stream);
        buffer.CopyTo(host, stream);

        Assert.Equal([stream.Handle, stream.Handle], _driver.SynchronizedStreams);
        Assert.Equal(0, _driver.Synchronizations);
    }

    [Fact]
    public void OtherLengthsAreRefusedWithBothLengths()
    {
        using DeviceBuffer<int> buffer = _context.Allocate<int>(4);
        using DeviceBuffer<int> other = _context.Allocate<int>(5);
        CudaStream stream = _context.DefaultStream;

        Action[] calls =
        [
            () => buffer.CopyFrom(new int[3]), () => buffer.CopyFrom(new int[5], stream), () => buffer.CopyFrom(other),
            () => buffer.CopyFrom(other, stream), () => buffer.CopyTo(new int[3]), () => buffer.CopyTo(new int[5], stream),
        ];
        Assert.All(calls, call =>
        {
            ArgumentException exception = Assert.Throws<ArgumentException>(call);
            Assert.Matches("has (3|5) elements, the buffer has 4", exception.Message);
        });
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 5)]
    [InlineData(4, 1)]
    [InlineData(5, 0)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(1, long.MaxValue)]
    [InlineData(0, -1)]
    public void SlicesStayInside(long offset, long length)
    {
        using DeviceBuffer<int> buffer = _context.Allocate<int>(4);

        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Slice(offset, length));
    }

    [Fact]
    public void PartialCopiesStayInside()
    {
        using DeviceBuffer<int> buffer = _context.Allocate<int>(4);

        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyFrom(3, [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyFrom(-1, [1]));
    }

    [Fact]
    public void SliceIsAViewThatOwnsNothing()
    {
        DeviceBuffer<int> buffer = _context.Allocate<int>(8);
        DeviceBuffer<int> slice = buffer.Slice(2, 4).Slice(1, 2);
        int[] read = new int[8];

        buffer.CopyFrom([0, 1, 2, 3, 4, 5, 6, 7]);
        slice.CopyFrom([30, 40]);
        buffer.CopyTo(read);
        Assert.Equal([0, 1, 2, 30, 40, 5, 6, 7], read);
        Assert.Equal(buffer.Pointer.Address + 12, slice.Pointer.Address);

        slice.Dispose();
        Assert.Equal((true, false, 1), (slice.IsDisposed, buffer.IsDisposed, _driver.LiveAllocations));
        DeviceBuffer<int> second = buffer.Slice(0, 8);
        buffer.Dispose();
        Assert.True(second.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => second.Pointer);
    }

    [Fact]
    public void DisposedBufferIsRefusedAndFreedOnce()
    {
        DeviceBuffer<int> buffer = _context.Allocate<int>(4);
        buffer.Dispose();
        buffer.Dispose();

        Assert.Equal(0, _driver.LiveAllocations);
        Assert.True(buffer.IsDisposed);
        Action[] calls =
        [
            () => _ = buffer.Pointer, () => buffer.CopyFrom(new int[4]), () => buffer.CopyTo(new int[4]),
            () => buffer.Fill(0), () => buffer.Slice(0, 1), () => buffer.CopyFrom(0, new int[4]),
        ];
        Assert.All(calls, call => Assert.Throws<ObjectDisposedException>(call));
    }

    [Fact]
    public void FreeingMakesItsContextCurrent()
    {
        DeviceBuffer<int> buffer = _context.Allocate<int>(4);
        _driver.SetCurrentContext(0);

        buffer.Dispose();

        Assert.Equal(0, _driver.LiveAllocations);
    }

    [Fact]
    public void ForgottenBufferIsFreedByTheFinaliserThread()
    {
        Forget();
        Assert.Equal(1, _driver.LiveAllocations);

        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.Equal(0, _driver.LiveAllocations);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Forget() => _context.Allocate<int>(4);
    }

    [Fact]
    public void EmptyBufferIsValid()
    {
        using DeviceBuffer<double> buffer = _context.Allocate<double>(0);

        Assert.False(buffer.Pointer.IsNull);
        buffer.CopyFrom([]);
        buffer.CopyTo([]);
        buffer.Fill(0);
        Assert.Equal((0L, 0L), (buffer.Length, buffer.ByteLength));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue / 8 + 1)]
    public void ImpossibleLengths(long length) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(length), () => _context.Allocate<double>(length));

    [Fact]
    public void OutOfMemorySaysHowMuchWasAskedAndIsFree()
    {
        _driver.NextFailure = (nameof(ICudaDriver.Allocate), CudaResult.OutOfMemory);

        CudaException exception = Assert.Throws<CudaException>(() => _context.Allocate<double>(1000));

        Assert.StartsWith(
            "Allocating 8000 bytes on Fake A10 (device 0, compute capability 8.6) (1000 of 2000 bytes free) failed: CUDA_ERROR_OUT_OF_MEMORY (2)",
            exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MoreThanFourGibibytesAreCopiedWhole()
    {
        long bytes = 5L << 30;
        _driver.CountedCopies = [];
        using DeviceBuffer<byte> source = _context.Allocate<byte>(bytes);
        using DeviceBuffer<byte> destination = _context.Allocate<byte>(bytes);

        destination.CopyFrom(source);
        destination.CopyFrom(source, _context.DefaultStream);

        Assert.Equal([(nuint)bytes, (nuint)bytes], _driver.CountedCopies);
    }
}
