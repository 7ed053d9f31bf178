using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class CudaStreamTests : IDisposable
{
    private readonly FakeCudaDriver _driver = new();
    private readonly CudaContext _context;

    public CudaStreamTests() => _context = new CudaContext(_driver);

    public void Dispose()
    {
        _context.Dispose();
        _driver.Dispose();
    }

    [Fact]
    public void OwnedStreamIsDestroyedOnce()
    {
        CudaStream stream = _context.CreateStream();
        Assert.Equal(1, _driver.LiveStreams);
        Assert.NotEqual(0, stream.Handle);

        stream.Dispose();
        stream.Dispose();

        Assert.Equal(0, _driver.LiveStreams);
        Assert.Throws<ObjectDisposedException>(() => stream.Handle);
        Assert.Throws<ObjectDisposedException>(stream.Synchronize);
    }

    [Fact]
    public void WrappedStreamKeepsItsHandleAndIsNotDestroyed()
    {
        var stream = CudaStream.Wrap(_context, 0x1234);

        Assert.Equal(0x1234, stream.Handle);
        stream.Synchronize();
        Assert.Equal(0x1234, Assert.Single(_driver.SynchronizedStreams));
        stream.Dispose();
        Assert.Equal(0, _driver.LiveStreams);
        Assert.Throws<ObjectDisposedException>(() => stream.Handle);
    }

    [Fact]
    public void IdleAndBusy()
    {
        using CudaStream stream = _context.CreateStream();

        Assert.True(stream.IsIdle);
        _driver.Busy = true;
        Assert.False(stream.IsIdle);
        _driver.Busy = false;
        _driver.NextFailure = (nameof(ICudaDriver.QueryStream), CudaResult.InvalidValue);
        Assert.Throws<CudaException>(() => stream.IsIdle);
    }

    [Fact]
    public void EventsOrderStreamsAndMeasureTime()
    {
        using CudaStream first = _context.CreateStream();
        using CudaStream second = _context.CreateStream();
        using CudaEvent start = _context.CreateEvent();
        using CudaEvent end = _context.CreateEvent();

        first.Record(start);
        second.WaitFor(start);

        Assert.Equal((first.Handle, start.Handle), Assert.Single(_driver.Records));
        Assert.Equal((second.Handle, start.Handle), Assert.Single(_driver.Waits));
        Assert.Equal(end.Handle - start.Handle, CudaEvent.ElapsedMilliseconds(start, end));
    }

    [Fact]
    public void DisposedEventIsRefused()
    {
        CudaEvent cudaEvent = _context.CreateEvent();
        cudaEvent.Dispose();

        Assert.Equal(0, _driver.LiveEvents);
        Assert.Throws<ObjectDisposedException>(() => _context.DefaultStream.Record(cudaEvent));
    }
}
