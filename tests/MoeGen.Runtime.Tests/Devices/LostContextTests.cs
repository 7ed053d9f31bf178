using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

/// <summary>After an error that loses the context, each call names it without asking the driver, and disposing stays safe.</summary>
public sealed class LostContextTests
{
    private const CudaResult IllegalAddress = (CudaResult)700;

    [Theory]
    [InlineData(46)]
    [InlineData(214)]
    [InlineData(700)]
    [InlineData(714)]
    [InlineData(715)]
    [InlineData(716)]
    [InlineData(719)]
    public void A_launch_that_reports_it(int code)
    {
        using var call = new FakeCall();
        call.Driver.NextFailure = (nameof(ICudaDriver.Launch), (CudaResult)code);

        CudaException first = Assert.Throws<CudaException>(() => call.Forward());

        Assert.Equal((code, "moe_route_small"), (first.Code, first.Kernel));
        Assert.Same(first, call.Layer.Context!.Failure);
        CudaContextLostException later = AssertLost(call, () => call.Forward());
        Assert.Same(first, later.InnerException);
        Assert.Equal((first.Code, first.Name, first.Operation, first.Kernel), (later.Code, later.Name, later.Operation, later.Kernel));
        Assert.Contains($"Fake A10 (device 0, compute capability 8.6) is unusable since an earlier error: {first.Message}", later.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(ICudaDriver.SynchronizeStream))]
    [InlineData(nameof(ICudaDriver.SynchronizeContext))]
    [InlineData(nameof(ICudaDriver.QueryStream))]
    [InlineData(nameof(ICudaDriver.GetCaptureStatus))]
    [InlineData(nameof(ICudaDriver.CopyDeviceToHostAsync))]
    [InlineData(nameof(ICudaDriver.CopyHostToDevice))]
    [InlineData(nameof(ICudaDriver.FillAsync))]
    [InlineData(nameof(ICudaDriver.Allocate))]
    [InlineData(nameof(ICudaDriver.RecordEvent))]
    [InlineData(nameof(ICudaDriver.SynchronizeEvent))]
    [InlineData(nameof(ICudaDriver.LaunchGraph))]
    public void Any_call_that_reports_it(string method)
    {
        using var call = new FakeCall();
        using MoeGraph graph = call.Capture();
        using CudaEvent cudaEvent = call.Gpu.Context.CreateEvent();
        call.Driver.NextFailure = (method, IllegalAddress);
        CudaException first = Assert.Throws<CudaException>(() =>
        {
            call.Ids.CopyFrom(new int[6]);
            call.Ids.CopyTo(new int[6], call.Stream);
            call.Ids.Fill(0, call.Stream);
            call.Forward();
            graph.Launch(call.Stream);
            call.Stream.Record(cudaEvent);
            cudaEvent.Synchronize();
            call.Stream.Synchronize();
            _ = call.Stream.IsIdle;
        });
        Assert.True(first.IsSticky);
        Assert.Same(first, AssertLost(call, () => call.Forward()).InnerException);
    }

    [Fact]
    public void Every_entry_refuses()
    {
        using var call = new FakeCall();
        using MoeGraph graph = call.Capture();
        using CudaGraph plain = call.Stream.Capture(() => { });
        using CudaEvent cudaEvent = call.Gpu.Context.CreateEvent();
        using var kernels = MoeKernels<PinnedMoe, BFloat16>.Load(call.Gpu.Context, call.Gpu.Options);
        using DeviceMoeWeights<BFloat16> weights = DeviceMoeWeights<BFloat16>.Upload(call.Gpu.Context, FakeGpu.Weights<BFloat16>(FakeCall.Shape, Fc1Layout.GateUp));
        using DeviceBuffer<byte> workspace = call.Gpu.Context.Allocate<byte>(call.Layer.GetWorkspaceBytes(3, 2));
        using DeviceBuffer<BFloat16> none = call.Gpu.Context.Allocate<BFloat16>(0);
        using DeviceBuffer<int> noIds = call.Gpu.Context.Allocate<int>(0);
        CudaContext context = call.Gpu.Context;
        Lose(call);
        AssertLost(call, () => call.Forward());
        AssertLost(call, () => call.Forward(workspace: workspace));
        AssertLost(call, () => call.Layer.Forward(none, noIds, null, none, call.Stream));
        AssertLost(call, () => call.Layer.Forward(new BFloat16[64], [0, 1], [], new BFloat16[64]));
        AssertLost(call, () => call.Layer.Forward([], [], [], []));
        AssertLost(call, () => call.Capture());
        AssertLost(call, () => graph.Launch(call.Stream));
        AssertLost(call, () => plain.Launch(call.Stream));
        AssertLost(call, () => kernels.FusedMoe(
            new()
            {
                Input = call.Input, TokenSelectedExperts = call.Ids, Shape = FakeCall.Shape, Fc1Layout = Fc1Layout.GateUp,
                Fc1ExpertWeights = weights.Fc1ExpertWeights, Fc2ExpertWeights = weights.Fc2ExpertWeights,
            },
            call.Stream));
        AssertLost(call, () => new PinnedMoe(context, weights, call.Gpu.Options));
        AssertLost(call, () => new PinnedMoe(context, FakeGpu.Weights<BFloat16>(FakeCall.Shape, Fc1Layout.GateUp), call.Gpu.Options));
        AssertLost(call, () => context.Allocate<int>(4));
        AssertLost(call, () => context.CreateStream());
        AssertLost(call, () => context.CreateEvent());
        AssertLost(call, context.Synchronize);
        AssertLost(call, context.MakeCurrent);
        AssertLost(call, () => context.FreeMemoryBytes);
        AssertLost(call, call.Stream.Synchronize);
        AssertLost(call, () => call.Stream.Record(cudaEvent));
        AssertLost(call, () => call.Stream.Capture(() => { }));
        AssertLost(call, () => call.Ids.CopyFrom(new int[6]));
        AssertLost(call, () => call.Ids.CopyTo(new int[6], call.Stream));
        AssertLost(call, () => call.Ids.Fill(1, call.Stream));
    }

    [Fact]
    public void Objects_of_the_same_device_share_it_and_another_device_does_not()
    {
        using var call = new FakeCall();
        call.Driver.DeviceCount = 2;
        using var same = new CudaContext(call.Driver);
        using var other = new CudaContext(call.Driver, 1);
        Lose(call);
        Assert.Same(call.Gpu.Context.Failure, same.Failure);
        Assert.Throws<CudaContextLostException>(() => same.Allocate<int>(4));
        Assert.Null(other.Failure);
        other.MakeCurrent();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(701)]
    public void Other_errors_lose_nothing(int code)
    {
        using var call = new FakeCall();
        call.Driver.NextFailure = (nameof(ICudaDriver.Launch), (CudaResult)code);
        Assert.Equal(code, Assert.Throws<CudaException>(() => call.Forward()).Code);
        Assert.Null(call.Gpu.Context.Failure);
        int launches = call.Driver.LaunchCount;
        call.Forward();
        Assert.Equal(4, call.Driver.LaunchCount - launches);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Everything_is_given_back_and_a_new_context_begins_anew(bool contextFirst)
    {
        var call = new FakeCall();
        MoeGraph graph = call.Capture();
        call.Forward();
        Lose(call);
        if (contextFirst)
        {
            call.Gpu.Context.Dispose();
        }

        call.Dispose();
        graph.Dispose();
        Assert.Equal(default, call.Driver.Live);
        Assert.Equal(0, call.Driver.ContextReferences);
        using var again = new CudaContext(call.Driver);
        Assert.Null(again.Failure);
        again.Allocate<int>(4).Dispose();
    }

    [Fact]
    public void An_error_met_while_disposing_is_kept_and_not_thrown()
    {
        using var call = new FakeCall();
        call.Driver.NextFailure = (nameof(ICudaDriver.SynchronizeContext), IllegalAddress);
        call.Layer.Dispose();
        Assert.Equal("Waiting for the device", call.Gpu.Context.Failure!.Operation);
        Assert.Equal(0, call.Driver.LiveModules);
    }

    [Fact]
    public void An_error_in_a_captured_call_is_the_one_reported_and_the_stream_is_given_back()
    {
        using var call = new FakeCall();
        call.Driver.NextFailure = (nameof(ICudaDriver.Launch), IllegalAddress);
        Assert.Equal("moe_route_small", Assert.Throws<CudaException>(() => call.Capture()).Kernel);
        _ = call.Driver.GetCaptureStatus(call.Stream.Handle, out int capturing);
        Assert.Equal(0, capturing);
    }

    [Fact]
    public void Whichever_call_it_is_everything_is_given_back()
    {
        for (int at = 0; ; at++)
        {
            using var gpu = new FakeGpu(PinnedMoe.Descriptor);
            gpu.Driver.FailureAt = (at, IllegalAddress);
            Exception? thrown = Record.Exception(() =>
            {
                using var call = new FakeCall(gpu);
                call.Forward();
                using MoeGraph graph = call.Capture();
                graph.Launch(call.Stream);
                call.Layer.Forward(new BFloat16[64], [0, 1], [], new BFloat16[64]);
                using DeviceBuffer<int> bits = gpu.Context.Allocate<int>(4);
                bits.CopyTo(new int[4]);
            });
            if (gpu.Driver.FailureAt is not null)
            {
                Assert.Null(thrown);
                Assert.InRange(at, 50, 1000);
                return;
            }

            // Met while disposing, it is kept and not thrown.
            Assert.True(thrown is CudaException || gpu.Context.Failure is not null, $"Call {at}, {gpu.Driver.FailedMethod}: {thrown}");
            Assert.Equal(default, gpu.Driver.Live);
            Assert.Empty(gpu.Driver.Violations);
        }
    }

    private static void Lose(FakeCall call)
    {
        call.Driver.NextFailure = (nameof(ICudaDriver.SynchronizeStream), IllegalAddress);
        Assert.Throws<CudaException>(call.Stream.Synchronize);
    }

    private static CudaContextLostException AssertLost(FakeCall call, Func<object> action) => AssertLost(call, () => { _ = action(); });

    private static CudaContextLostException AssertLost(FakeCall call, Action action)
    {
        int calls = call.Driver.Calls;
        CudaContextLostException lost = Assert.Throws<CudaContextLostException>(action);
        Assert.Equal(calls, call.Driver.Calls);
        return lost;
    }
}
