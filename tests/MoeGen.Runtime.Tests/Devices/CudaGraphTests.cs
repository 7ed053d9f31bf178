using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class CudaGraphTests : IDisposable
{
    private const int ThreadLocal = 1;

    private readonly FakeCudaDriver _driver = new();
    private readonly CudaContext _context;
    private readonly CudaStream _stream;

    public CudaGraphTests()
    {
        _context = new CudaContext(_driver);
        _stream = _context.CreateStream();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _context.Dispose();
        _driver.Dispose();
    }

    [Fact]
    public void CaptureGivesAnExecutableAndKeepsNoCapture()
    {
        bool during = false;

        CudaGraph graph = _stream.Capture(() => during = _stream.IsCapturing);

        Assert.True(during);
        Assert.False(_stream.IsCapturing);
        Assert.Equal(ThreadLocal, _driver.CaptureMode);
        Assert.Equal((0, 1), (_driver.LiveGraphs, _driver.LiveExecutables));
        graph.Launch(_stream);
        graph.Launch(_stream);
        Assert.Equal(2, _driver.GraphLaunches);
        graph.Dispose();
        Assert.Equal(0, _driver.LiveExecutables);
        Assert.Throws<ObjectDisposedException>(() => graph.Launch(_stream));
    }

    [Fact]
    public void ErrorOfTheWorkEndsTheCapture()
    {
        InvalidTimeZoneException thrown = Assert.Throws<InvalidTimeZoneException>(
            () => _stream.Capture(() => throw new InvalidTimeZoneException("mine")));

        Assert.Equal("mine", thrown.Message);
        Assert.False(_stream.IsCapturing);
        Assert.Equal((0, 0), (_driver.LiveGraphs, _driver.LiveExecutables));
    }

    [Fact]
    public void CaptureThatTheWorkInvalidatedIsReported()
    {
        _driver.NextFailure = (nameof(ICudaDriver.EndCapture), (CudaResult)901);

        CudaException exception = Assert.Throws<CudaException>(() => _stream.Capture(() => { }));

        Assert.StartsWith("Ending a graph capture failed", exception.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (_driver.LiveGraphs, _driver.LiveExecutables));
    }

    [Fact]
    public void FailedInstantiationLeavesNothing()
    {
        _driver.NextFailure = (nameof(ICudaDriver.InstantiateGraph), CudaResult.OutOfMemory);

        Assert.Throws<CudaException>(() => _stream.Capture(() => { }));

        Assert.Equal((0, 0), (_driver.LiveGraphs, _driver.LiveExecutables));
    }

    [Fact]
    public void DefaultStreamCannotBeCaptured()
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => _context.DefaultStream.Capture(() => { }));

        Assert.Contains("CreateStream", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CapturesDoNotNest()
    {
        Assert.Throws<InvalidOperationException>(() => _stream.Capture(() => _stream.Capture(() => { })));
        Assert.False(_stream.IsCapturing);
    }

    [Fact]
    public void CopiesFromManagedMemoryAreRefusedWhileCapturing()
    {
        using DeviceBuffer<int> buffer = _context.Allocate<int>(4);
        int[] host = new int[4];

        Assert.Throws<InvalidOperationException>(() => _stream.Capture(() => buffer.CopyFrom(host, _stream)));
        Assert.Throws<InvalidOperationException>(() => _stream.Capture(() => buffer.CopyTo(host, _stream)));
        _stream.Capture(() => buffer.Fill(0, _stream)).Dispose();
    }

    [Fact]
    public async Task WaitsForTheDeviceBeginWhenTheCapturesOfOtherThreadsHaveEnded()
    {
        using DeviceBuffer<int> buffer = _context.Allocate<int>(4);
        using var sameDevice = new CudaContext(_driver);
        Task[] waits = [];

        _stream.Capture(() =>
        {
            waits = [Task.Run(_context.Synchronize), Task.Run(() => buffer.CopyFrom(new int[4])), Task.Run(sameDevice.Synchronize)];
            Thread.Sleep(100);
            Assert.DoesNotContain(waits, wait => wait.IsCompleted);

            // Another capture does not wait behind them.
            using CudaStream second = _context.CreateStream();
            second.Capture(() => { }).Dispose();
        }).Dispose();

        await Task.WhenAll(waits).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void WaitForTheDeviceIsRefusedOnTheCapturingThread()
    {
        using DeviceBuffer<int> buffer = _context.Allocate<int>(4);

        Assert.Throws<InvalidOperationException>(() => _stream.Capture(_context.Synchronize));
        Assert.Throws<InvalidOperationException>(() => _stream.Capture(() => buffer.CopyFrom(new int[4])));
        Assert.Equal(0, _driver.Synchronizations);
        _context.Synchronize();
    }
}
