using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Each call of the driver fails for want of memory, one after the other: nothing leaks, and the next attempt succeeds.</summary>
public sealed class OutOfMemoryTests
{
    private static readonly MoeWeights<BFloat16> Weights = WithEverything();

    [Fact]
    public void Upload_of_weights()
    {
        using var gpu = new FakeGpu(PinnedMoe.Descriptor);
        AssertNothingLeaks(gpu, () => DeviceMoeWeights<BFloat16>.Upload(gpu.Context, Weights).Dispose(), allocations: 4);
    }

    [Fact]
    public void A_layer_from_host_weights()
    {
        using var gpu = new FakeGpu(PinnedMoe.Descriptor);
        AssertNothingLeaks(gpu, () => new PinnedMoe(gpu.Context, Weights, gpu.Options).Dispose(), allocations: 5);
    }

    [Fact]
    public void First_forward()
    {
        using var gpu = new FakeGpu(PinnedMoe.Descriptor);
        AssertNothingLeaks(gpu, () =>
        {
            using var call = new FakeCall(gpu);
            call.Forward();
        }, allocations: 6);
    }

    [Fact]
    public void Capture()
    {
        using var call = new FakeCall();
        call.Layer.Prepare(TestContext.Current.CancellationToken);
        AssertNothingLeaks(call.Gpu, () => call.Capture().Dispose(), allocations: 1);
    }

    [Fact]
    public void Forward_of_host_memory()
    {
        using var call = new FakeCall();
        call.Layer.Prepare(TestContext.Current.CancellationToken);
        AssertNothingLeaks(call.Gpu, () => call.Layer.Forward(new BFloat16[64], [0, 1], [1, 1], new BFloat16[64]), allocations: 5);
    }

    [Fact]
    public void Forward_from_logits_of_host_memory()
    {
        using var gpu = new FakeGpu(RoutedMoe.Descriptor);
        using var layer = new RoutedMoe(gpu.Context, FakeGpu.Weights<Half>(FakeCall.Shape, Fc1Layout.Plain), gpu.Options);
        layer.Prepare(TestContext.Current.CancellationToken);
        AssertNothingLeaks(gpu, () => layer.ForwardFromLogits(new Half[64], new float[4], 2, new Half[64]), allocations: 4);
    }

    [Fact]
    public void Fused_call_that_allocates_its_output()
    {
        using var call = new FakeCall();
        using DeviceMoeWeights<BFloat16> weights = DeviceMoeWeights<BFloat16>.Upload(call.Gpu.Context, Weights);
        AssertNothingLeaks(call.Gpu, () =>
        {
            using var kernels = MoeKernels<PinnedMoe, BFloat16>.Load(call.Gpu.Context, call.Gpu.Options);
            kernels.FusedMoe(
                new()
                {
                    Input = call.Input, TokenSelectedExperts = call.Ids, Shape = FakeCall.Shape, Fc1Layout = Fc1Layout.GateUp,
                    Fc1ExpertWeights = weights.Fc1ExpertWeights, Fc2ExpertWeights = weights.Fc2ExpertWeights,
                },
                call.Stream).Dispose();
        }, allocations: 2);
    }

    [Fact]
    public void Growing_the_workspace_gives_the_smaller_one_back_and_the_next_call_gets_its_own()
    {
        using var call = new FakeCall(tokens: 300);
        using DeviceBuffer<BFloat16> small = call.Gpu.Context.Allocate<BFloat16>(64);
        using DeviceBuffer<int> smallIds = call.Gpu.Context.Allocate<int>(2);
        call.Layer.Forward(small, smallIds, null, small, call.Stream);
        int live = call.Driver.LiveAllocations;
        call.Driver.NextFailure = (nameof(ICudaDriver.Allocate), CudaResult.OutOfMemory);

        CudaException exception = Assert.Throws<CudaException>(() => call.Forward());

        Assert.StartsWith(
            $"Allocating {call.Layer.GetWorkspaceBytes(300, 2)} bytes on Fake A10 (device 0, compute capability 8.6) (1000 of 2000 bytes free) failed: CUDA_ERROR_OUT_OF_MEMORY (2)",
            exception.Message, StringComparison.Ordinal);
        Assert.Equal(live - 1, call.Driver.LiveAllocations);
        Assert.Contains(call.Stream.Handle, call.Driver.SynchronizedStreams);

        // Smaller, as before; then what failed.
        call.Layer.Forward(small, smallIds, null, small, call.Stream);
        Assert.Equal(live, call.Driver.LiveAllocations);
        call.Forward();
        Assert.Equal(live, call.Driver.LiveAllocations);
        Assert.Empty(call.Driver.Violations);
    }

    private static void AssertNothingLeaks(FakeGpu gpu, Action action, int allocations)
    {
        var before = gpu.Driver.Live;
        int failedAllocations = 0;
        for (int at = 0; ; at++)
        {
            gpu.Driver.FailureAt = (at, CudaResult.OutOfMemory);
            Exception? thrown = Record.Exception(action);
            bool failed = gpu.Driver.FailureAt is null;
            gpu.Driver.FailureAt = null;
            Assert.True(before == gpu.Driver.Live, $"Call {at}, {gpu.Driver.FailedMethod}: {before} before, {gpu.Driver.Live} after");
            Assert.Null(gpu.Context.Failure);
            if (!failed)
            {
                Assert.Null(thrown);
                Assert.Equal(allocations, failedAllocations);
                Assert.Empty(gpu.Driver.Violations);
                return;
            }

            // A wait before something is released reports nothing.
            if (thrown is null && gpu.Driver.FailedMethod == nameof(ICudaDriver.SynchronizeContext))
            {
                continue;
            }

            CudaException exception = Assert.IsType<CudaException>(thrown);
            Assert.Equal(2, exception.Code);
            Assert.Contains(" (1000 of 2000 bytes free)", exception.Message, StringComparison.Ordinal);
            if (gpu.Driver.FailedMethod == nameof(ICudaDriver.Allocate))
            {
                failedAllocations++;
                Assert.Matches("^Allocating [0-9]+ bytes on Fake A10", exception.Message);
            }
        }
    }

    private static MoeWeights<BFloat16> WithEverything()
    {
        MoeWeights<BFloat16> plain = FakeGpu.Weights<BFloat16>(FakeCall.Shape, Fc1Layout.GateUp);
        return new MoeWeights<BFloat16>(plain.Shape, plain.Fc1Layout, plain.Fc1ExpertWeights, plain.Fc2ExpertWeights)
        {
            Fc1ExpertBiases = new BFloat16[4 * 64],
            Fc2ExpertBiases = new BFloat16[4 * 64],
            LocalExperts = LocalExperts.Map([0, -1, 1, 2, 3]),
        };
    }
}
