using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Whatever is disposed during a call or before its work has run: nothing that was released is used.</summary>
public sealed class DisposeDuringUseTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_layer_waits_for_the_call_of_another_thread()
    {
        using var call = new FakeCall();
        using var pause = new Pause(call.Driver);
        Task forward = Task.Run(() => call.Forward(), Cancellation);
        pause.WaitUntilInside();
        Task dispose = Task.Run(call.Layer.Dispose, Cancellation);
        Task again = Task.Run(call.Layer.Dispose, Cancellation);
        await Task.Delay(100, Cancellation);
        Assert.False(dispose.IsCompleted);
        Assert.False(again.IsCompleted);
        Assert.Throws<ObjectDisposedException>(() => call.Forward());
        pause.GoOn();
        await Task.WhenAll(forward, dispose, again).WaitAsync(Patience, Cancellation);
        Assert.Equal((4, 0, 0), (call.Driver.LaunchCount, call.Driver.LiveModules, call.Driver.PendingLaunches));
        Assert.Empty(call.Driver.Violations);
    }

    [Fact]
    public void Inside_its_own_call_it_goes_when_the_call_ends()
    {
        using var call = new FakeCall();
        int modules = 0;
        call.Driver.DuringLaunch = kernel =>
        {
            call.Layer.Dispose();
            modules = call.Driver.LiveModules;
        };
        call.Forward();
        Assert.Equal((4, 2, 0), (call.Driver.LaunchCount, modules, call.Driver.LiveModules));
        Assert.Equal(3, call.Driver.LiveAllocations);
        Assert.Empty(call.Driver.Violations);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_layer_waits_for_work_on_the_device(bool ownWorkspace)
    {
        using var call = new FakeCall();
        using DeviceBuffer<byte> given = call.Gpu.Context.Allocate<byte>(call.Layer.GetWorkspaceBytes(3, 2));
        call.Forward(workspace: ownWorkspace ? null : given);
        Assert.Equal(4, call.Driver.PendingLaunches);
        call.Layer.Dispose();
        Assert.Equal((0, 0), (call.Driver.PendingLaunches, call.Driver.LiveModules));
        Assert.Empty(call.Driver.Violations);
    }

    [Fact]
    public async Task It_waits_for_a_capture_of_another_thread_and_not_for_its_own()
    {
        using var call = new FakeCall();
        using var second = new FakeCall(call.Gpu);
        using var own = new FakeCall(call.Gpu);
        Task dispose = Task.CompletedTask;
        call.Stream.Capture(() =>
        {
            dispose = Task.Run(second.Layer.Dispose);
            Thread.Sleep(100);
            Assert.False(dispose.IsCompleted);
            own.Layer.Dispose();
        }).Dispose();
        await dispose.WaitAsync(Patience, Cancellation);
        Assert.Equal(1, call.Driver.LiveModules);
    }

    [Theory]
    [InlineData("input")]
    [InlineData("ids")]
    [InlineData("output")]
    [InlineData("workspace")]
    [InlineData("fc1")]
    public void A_buffer_disposed_during_a_call_is_freed_after_it(string which)
    {
        using var gpu = new FakeGpu(PinnedMoe.Descriptor);
        using DeviceMoeWeights<BFloat16> weights = DeviceMoeWeights<BFloat16>.Upload(gpu.Context, FakeGpu.Weights<BFloat16>(FakeCall.Shape, Fc1Layout.GateUp));
        using var call = new FakeCall(gpu, weights: weights);
        using DeviceBuffer<byte> workspace = gpu.Context.Allocate<byte>(call.Layer.GetWorkspaceBytes(3, 2));
        IDisposable disposed = which switch
        {
            "input" => call.Input,
            "ids" => call.Ids,
            "output" => call.Output,
            "workspace" => workspace,
            _ => weights.Fc1ExpertWeights,
        };
        int before = gpu.Driver.LiveAllocations, during = 0;
        gpu.Driver.DuringLaunch = kernel =>
        {
            disposed.Dispose();
            during = gpu.Driver.LiveAllocations;
        };
        call.Forward(workspace: workspace);
        Assert.Equal((4, before, before - 1), (gpu.Driver.LaunchCount, during, gpu.Driver.LiveAllocations));
        Assert.Empty(gpu.Driver.Violations);
        Assert.Throws<ObjectDisposedException>(() => call.Forward(workspace: workspace));
        Assert.Equal(4, gpu.Driver.LaunchCount);
    }

    [Fact]
    public async Task A_stream_is_destroyed_when_the_call_is_enqueued()
    {
        using var call = new FakeCall();
        using var pause = new Pause(call.Driver);
        Task forward = Task.Run(() => call.Forward(), Cancellation);
        pause.WaitUntilInside();
        Task dispose = Task.Run(call.Stream.Dispose, Cancellation);
        await Task.Delay(100, Cancellation);
        Assert.False(dispose.IsCompleted);
        Assert.Equal(1, call.Driver.LiveStreams);
        pause.GoOn();
        await Task.WhenAll(forward, dispose).WaitAsync(Patience, Cancellation);
        Assert.Equal((4, 0), (call.Driver.LaunchCount, call.Driver.LiveStreams));
        Assert.Empty(call.Driver.Violations);
        Assert.Throws<ObjectDisposedException>(() => call.Forward());
    }

    [Fact]
    public async Task A_stream_is_destroyed_when_the_wait_for_it_ends()
    {
        using var call = new FakeCall();
        using var waiting = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        call.Driver.DuringSynchronize = () =>
        {
            waiting.Set();
            Assert.True(goOn.Wait(Patience));
        };
        Task wait = Task.Run(call.Stream.Synchronize, Cancellation);
        Assert.True(waiting.Wait(Patience, Cancellation));
        call.Stream.Dispose();
        Assert.Equal(1, call.Driver.LiveStreams);
        goOn.Set();
        await wait.WaitAsync(Patience, Cancellation);
        Assert.Equal(0, call.Driver.LiveStreams);
    }

    [Fact]
    public void The_context_first()
    {
        var call = new FakeCall();
        MoeGraph graph = call.Capture();
        call.Forward();
        call.Gpu.Context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => call.Forward());
        Assert.Throws<ObjectDisposedException>(() => graph.Launch(call.Stream));
        call.Dispose();
        graph.Dispose();
        Assert.Equal(default, call.Driver.Live);
        Assert.Equal(0, call.Driver.ContextReferences);
        Assert.Empty(call.Driver.Violations);
    }

    [Theory]
    [InlineData("layer")]
    [InlineData("weights")]
    [InlineData("input")]
    [InlineData("ids")]
    [InlineData("output")]
    [InlineData("graph")]
    public void A_graph_is_not_launched_without_what_it_uses(string which)
    {
        using var gpu = new FakeGpu(PinnedMoe.Descriptor);
        using DeviceMoeWeights<BFloat16> weights = DeviceMoeWeights<BFloat16>.Upload(gpu.Context, FakeGpu.Weights<BFloat16>(FakeCall.Shape, Fc1Layout.GateUp));
        using var call = new FakeCall(gpu, weights: weights);
        using MoeGraph graph = call.Capture();
        graph.Launch(call.Stream);
        Assert.Equal(4, gpu.Driver.PendingLaunches);
        IDisposable disposed = which switch
        {
            "layer" => call.Layer,
            "weights" => weights,
            "input" => call.Input,
            "ids" => call.Ids,
            "output" => call.Output,
            _ => graph,
        };
        disposed.Dispose();
        Assert.Equal(0, gpu.Driver.PendingLaunches);
        Assert.Throws<ObjectDisposedException>(() => graph.Launch(call.Stream));
        Assert.Equal(1, gpu.Driver.GraphLaunches);
        Assert.Empty(gpu.Driver.Violations);
    }

    [Fact]
    public async Task At_any_moment()
    {
        for (int round = 0; round < 40; round++)
        {
            var call = new FakeCall();
            using var begun = new CountdownEvent(3);
            Task[] callers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => ForwardUntilDisposed(call, begun), Cancellation))];
            Assert.True(begun.Wait(Patience, Cancellation));
            IDisposable[] all = [call.Layer, call.Input, call.Stream, call.Gpu.Context];
            IDisposable first = all[round % all.Length];
            await Task.WhenAll(Task.Run(first.Dispose, Cancellation), Task.Run(first.Dispose, Cancellation)).WaitAsync(Patience, Cancellation);
            await Task.WhenAll(callers).WaitAsync(Patience, Cancellation);
            call.Dispose();
            Assert.Empty(call.Driver.Violations);
            Assert.Equal(default, call.Driver.Live);
            Assert.Equal(0, call.Driver.ContextReferences);
        }
    }

    private static void ForwardUntilDisposed(FakeCall call, CountdownEvent begun)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                call.Forward();
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            if (i == 0)
            {
                begun.Signal();
            }
        }
    }

    /// <summary>Stops the first call in its GEMM1 until the test goes on.</summary>
    private sealed class Pause : IDisposable
    {
        private readonly ManualResetEventSlim _inside = new();
        private readonly ManualResetEventSlim _goOn = new();

        public Pause(FakeCudaDriver driver) => driver.DuringLaunch = kernel =>
        {
            if (kernel.StartsWith("moe_gemm1", StringComparison.Ordinal))
            {
                _inside.Set();
                Assert.True(_goOn.Wait(Patience));
            }
        };

        public void WaitUntilInside() => Assert.True(_inside.Wait(Patience, Cancellation));

        public void GoOn() => _goOn.Set();

        public void Dispose()
        {
            _inside.Dispose();
            _goOn.Dispose();
        }
    }
}
