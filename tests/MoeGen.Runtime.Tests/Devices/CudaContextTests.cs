using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class CudaContextTests : IDisposable
{
    private readonly FakeCudaDriver _driver = new();

    public void Dispose() => _driver.Dispose();

    [Fact]
    public void PropertiesOfTheDevice()
    {
        using var context = new CudaContext(_driver);

        Assert.Equal((0, "Fake A10"), (context.Ordinal, context.Name));
        Assert.Equal(new ComputeCapability(8, 6), context.ComputeCapability);
        Assert.Equal("8.6", context.ComputeCapability.ToString());
        Assert.Equal((72, 101376, 6291456), (context.MultiprocessorCount, context.SharedMemoryPerBlockOptin, context.L2CacheBytes));
        Assert.Equal(24L << 30, context.TotalMemoryBytes);
        Assert.Equal(1000, context.FreeMemoryBytes);
        Assert.Equal(new Version(13, 1), context.DriverVersion);
        Assert.Equal("Fake A10 (device 0, compute capability 8.6)", context.ToString());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void UnknownDeviceIsRefusedWithTheCount(int ordinal)
    {
        _driver.DeviceCount = 2;

        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => new CudaContext(_driver, ordinal));

        Assert.Contains("2 CUDA device(s); allowed are 0 to 1", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, _driver.ContextReferences);
    }

    [Fact]
    public void NoDevice()
    {
        _driver.InitializeResult = CudaResult.NoDevice;

        Assert.False(CudaContext.IsAvailable(_driver, out string reason));
        Assert.Contains("no device", reason, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CudaContext(_driver));
    }

    [Fact]
    public void DriverThatDoesNotInitialise()
    {
        _driver.InitializeResult = CudaResult.InvalidValue;

        Assert.False(CudaContext.IsAvailable(_driver, out string reason));
        Assert.Contains("CUDA_ERROR_INVALID_VALUE", reason, StringComparison.Ordinal);
        Assert.Throws<CudaException>(() => new CudaContext(_driver));
    }

    [Fact]
    public void AvailableWithADevice()
    {
        Assert.True(CudaContext.IsAvailable(_driver, out string reason));
        Assert.Equal("", reason);
    }

    [Fact]
    public void ThisMachineIsUsableOrSaysWhyNot()
    {
        bool available = CudaContext.IsAvailable(out string reason);

        Assert.Equal(available, reason.Length == 0);
        if (!available && !OperatingSystem.IsWindows() && reason.Contains("not found", StringComparison.Ordinal))
        {
            Assert.Contains("libcuda.so.1: ", reason, StringComparison.Ordinal);
            Assert.Contains("libcuda.so: ", reason, StringComparison.Ordinal);
            Assert.Throws<CudaLibraryNotFoundException>(() => CudaContext.Create());
        }
    }

    [Fact]
    public void EveryEntryMakesTheContextCurrent()
    {
        using var context = new CudaContext(_driver);
        using DeviceBuffer<float> buffer = Forgetting(() => context.Allocate<float>(4));
        using CudaStream stream = Forgetting(context.CreateStream);
        using CudaEvent cudaEvent = Forgetting(context.CreateEvent);
        float[] host = new float[4];

        // The fake refuses each of these while another library's choice, none, is current.
        Forgetting(context.Synchronize);
        Forgetting(() => context.FreeMemoryBytes);
        Forgetting(() => buffer.CopyFrom(host));
        Forgetting(() => buffer.CopyTo(host));
        Forgetting(() => buffer.CopyFrom(host, stream));
        Forgetting(() => buffer.CopyTo(host, stream));
        Forgetting(() => buffer.CopyFrom(buffer));
        Forgetting(() => buffer.CopyFrom(buffer, stream));
        Forgetting(() => buffer.Fill(1, stream));
        Forgetting(() => DeviceBuffer<float>.Wrap(context, (nint)buffer.Pointer.Address, 4).Dispose());
        Forgetting(stream.Synchronize);
        Forgetting(() => stream.IsIdle);
        Forgetting(() => stream.IsCapturing);
        Forgetting(() => stream.Record(cudaEvent));
        Forgetting(() => stream.WaitFor(cudaEvent));
        Forgetting(cudaEvent.Synchronize);
        Forgetting(() => CudaEvent.ElapsedMilliseconds(cudaEvent, cudaEvent));
        using CudaGraph graph = Forgetting(() => stream.Capture(() => Forgetting(() => buffer.Fill(0, stream))));
        Forgetting(() => graph.Launch(stream));
        Assert.Equal(1, _driver.GraphLaunches);
    }

    [Fact]
    public void ReferenceIsGivenBackWhenTheLastResourceGoes()
    {
        var context = new CudaContext(_driver);
        DeviceBuffer<int> buffer = context.Allocate<int>(8);
        CudaStream stream = context.CreateStream();
        Assert.Equal(1, _driver.ContextReferences);

        context.Dispose();
        Assert.Equal(1, _driver.ContextReferences);
        Assert.Throws<ObjectDisposedException>(context.MakeCurrent);
        buffer.Dispose();
        Assert.Equal((1, 0), (_driver.ContextReferences, _driver.LiveAllocations));
        stream.Dispose();
        Assert.Equal((0, 0), (_driver.ContextReferences, _driver.LiveStreams));
    }

    [Fact]
    public void FailureToRetainIsReported()
    {
        _driver.NextFailure = (nameof(ICudaDriver.RetainPrimaryContext), CudaResult.OutOfMemory);

        CudaException exception = Assert.Throws<CudaException>(() => new CudaContext(_driver));

        Assert.Contains("Retaining the primary context of 'Fake A10'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CapabilitiesAreOrdered()
    {
        Assert.True(new ComputeCapability(8, 9) < new ComputeCapability(9, 0));
        Assert.True(new ComputeCapability(12, 0) > new ComputeCapability(9, 0));
        Assert.True(new ComputeCapability(8, 6) >= new ComputeCapability(8, 6));
        Assert.Equal(120, new ComputeCapability(12, 0).Number);
    }

    private void Forgetting(Action action)
    {
        _driver.SetCurrentContext(0);
        action();
    }

    private TResult Forgetting<TResult>(Func<TResult> function)
    {
        _driver.SetCurrentContext(0);
        return function();
    }
}
