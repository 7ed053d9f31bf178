using Xunit;

namespace MoeGen.Tests;

/// <summary>Calls of one layer from several threads: whole on each stream, and never two streams on one workspace.</summary>
public sealed class ConcurrentForwardTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Stages = ["moe_route_small", "moe_gemm1_m16n128k64s5", "moe_gemm2_m16n128k64s5", "moe_finalize"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Threads_with_streams_of_their_own()
    {
        using var call = new FakeCall();
        CudaStream[] streams = [.. Enumerable.Range(0, 4).Select(_ => call.Gpu.Context.CreateStream())];
        await Task.WhenAll(streams.Select(stream => Task.Run(() => Repeat(200, () => call.Forward(stream)), Cancellation))).WaitAsync(Patience, Cancellation);
        AssertWhole(call, streams, calls: 800);
        Assert.Equal(4, streams.SelectMany(stream => call.Workspaces(stream.Handle)).Distinct().Count());
        Array.ForEach(streams, stream => stream.Dispose());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Threads_on_one_stream_are_enqueued_one_after_the_other(bool ownWorkspace)
    {
        using var call = new FakeCall();
        using DeviceBuffer<byte> given = call.Gpu.Context.Allocate<byte>(call.Layer.GetWorkspaceBytes(3, 2));
        call.Driver.DuringLaunch = _ => Thread.Yield();
        Action one = () => call.Forward(workspace: ownWorkspace ? null : given);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Repeat(100, one), Cancellation))).WaitAsync(Patience, Cancellation);
        AssertWhole(call, [call.Stream], calls: 400);
    }

    [Fact]
    public async Task Two_wrappers_of_one_stream_count_as_one_and_another_stream_goes_on()
    {
        using var call = new FakeCall();
        var wrapper = CudaStream.Wrap(call.Gpu.Context, 0x77);
        var sameStream = CudaStream.Wrap(call.Gpu.Context, 0x77);
        using var inside = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        call.Driver.DuringLaunch = kernel =>
        {
            if (kernel == Stages[1] && !inside.IsSet)
            {
                inside.Set();
                Assert.True(goOn.Wait(Patience));
            }
        };
        Task first = Task.Run(() => call.Forward(wrapper), Cancellation);
        Assert.True(inside.Wait(Patience, Cancellation));
        Task second = Task.Run(() => call.Forward(sameStream), Cancellation);
        call.Forward();
        Assert.Equal(4, call.Driver.Launches.Count(launch => launch.Stream == call.Stream.Handle));
        await Task.Delay(100, Cancellation);
        Assert.False(second.IsCompleted);
        Assert.Equal(1, call.Driver.Launches.Count(launch => launch.Stream == 0x77));
        goOn.Set();
        await Task.WhenAll(first, second).WaitAsync(Patience, Cancellation);
        AssertWhole(call, [wrapper], calls: 2);
        Assert.Single(call.Workspaces(0x77).Distinct());
    }

    [Fact]
    public void A_new_stream_with_the_handle_of_a_destroyed_one_waits_for_its_work()
    {
        using var call = new FakeCall();
        call.Driver.ReusesStreamHandles = true;
        CudaStream first = call.Gpu.Context.CreateStream();
        nint handle = first.Handle;
        call.Forward(first);
        first.Dispose();
        Assert.Equal(4, call.Driver.PendingLaunches);
        using CudaStream second = call.Gpu.Context.CreateStream();
        Assert.Equal(handle, second.Handle);
        call.Forward(second);

        // The first stream's work is no longer pending where the second's begins, whatever address its workspace has.
        Assert.Equal(4, call.Driver.PendingLaunches);
        Assert.Empty(call.Driver.Violations);
    }

    [Fact]
    public void Nor_do_two_streams_of_another_library_share_a_workspace_because_of_their_handle()
    {
        using var call = new FakeCall();
        using var wrapper = CudaStream.Wrap(call.Gpu.Context, 0x77);
        call.Forward(wrapper);
        call.Forward(wrapper);
        Assert.Equal(8, call.Driver.PendingLaunches);
        call.Driver.ReplaceForeignStream(0x77);
        call.Forward(wrapper);
        Assert.Equal(4, call.Driver.PendingLaunches);
        Assert.Empty(call.Driver.Violations);
    }

    [Fact]
    public void The_per_thread_stream_needs_a_workspace()
    {
        using var call = new FakeCall();
        using var perThread = CudaStream.Wrap(call.Gpu.Context, 2);
        Assert.Contains("Handle 2 is another stream in each thread", Assert.Throws<InvalidOperationException>(() => call.Forward(perThread)).Message, StringComparison.Ordinal);
        Assert.Equal(0, call.Driver.LaunchCount);
        using DeviceBuffer<byte> workspace = call.Gpu.Context.Allocate<byte>(call.Layer.GetWorkspaceBytes(3, 2));
        call.Forward(perThread, workspace);
        Assert.Equal(4, call.Driver.LaunchCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Streams_that_come_and_go_leave_no_workspace_behind(bool dispose)
    {
        using var call = new FakeCall();
        call.Forward();
        int live = call.Driver.LiveAllocations;
        for (int i = 0; i < 20; i++)
        {
            ForwardOnce(call, dispose);
            if (!dispose)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        Assert.InRange(call.Driver.LiveAllocations, live, live + 2);
        Assert.Empty(call.Driver.Violations);
    }

    [Fact]
    public async Task Growing_on_one_stream_does_not_hold_another_up()
    {
        using var call = new FakeCall(tokens: 300);
        using DeviceBuffer<BFloat16> small = call.Gpu.Context.Allocate<BFloat16>(64);
        using DeviceBuffer<int> smallIds = call.Gpu.Context.Allocate<int>(2);
        using CudaStream other = call.Gpu.Context.CreateStream();
        call.Forward(other);
        call.Layer.Forward(small, smallIds, null, small, call.Stream);
        using var waiting = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        call.Driver.DuringSynchronize = () =>
        {
            waiting.Set();
            Assert.True(goOn.Wait(Patience));
        };
        Task growing = Task.Run(() => call.Forward(), Cancellation);
        Assert.True(waiting.Wait(Patience, Cancellation));
        await Task.Run(() => call.Forward(other), Cancellation).WaitAsync(Patience, Cancellation);
        goOn.Set();
        await growing.WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task Both_gemms_of_a_call_are_one_plug_ins()
    {
        using var gpu = new FakeGpu(PluggedMoe.Descriptor);
        gpu.Driver.RecordLaunches = false;
        using var layer = new PluggedMoe(gpu.Context, FakeGpu.Weights<BFloat16>(FakeCall.Shape, Fc1Layout.GateUp), gpu.Options);
        using DeviceBuffer<BFloat16> input = gpu.Context.Allocate<BFloat16>(64);
        using DeviceBuffer<int> ids = gpu.Context.Allocate<int>(2);
        using DeviceBuffer<BFloat16> output = gpu.Context.Allocate<BFloat16>(64);
        using CudaStream stream = gpu.Context.CreateStream();
        CountingGemm[] gemms = [new(), new()];
        layer.UseGemm(gemms[0]);
        using var stop = new CancellationTokenSource();
        Task exchanging = Task.Run(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                layer.UseGemm(gemms[i % 2]);
            }
        }, Cancellation);
        Repeat(20_000, () => layer.Forward(input, ids, null, output, stream));
        await stop.CancelAsync();
        await exchanging;
        Assert.All(gemms, gemm => Assert.Equal((gemm.Begun, gemm.Begun), (gemm.First, gemm.Second)));
        Assert.Equal(20_000, gemms.Sum(gemm => gemm.Begun));
    }

    private static void ForwardOnce(FakeCall call, bool dispose)
    {
        CudaStream stream = call.Gpu.Context.CreateStream();
        call.Forward(stream);
        if (dispose)
        {
            stream.Dispose();
        }
    }

    private static void Repeat(int times, Action action)
    {
        for (int i = 0; i < times; i++)
        {
            action();
        }
    }

    private static void AssertWhole(FakeCall call, CudaStream[] streams, int calls)
    {
        Assert.Equal(4 * calls, call.Driver.Launches.Count(launch => streams.Any(stream => stream.Handle == launch.Stream)));
        foreach (CudaStream stream in streams)
        {
            string[] kernels = [.. call.Driver.Launches.Where(launch => launch.Stream == stream.Handle).Select(launch => launch.Kernel)];
            Assert.All(kernels.Chunk(4), launches => Assert.Equal(Stages, launches));
            Assert.Single(call.Workspaces(stream.Handle).Distinct());
        }

        Assert.Empty(call.Driver.Violations);
    }

    private sealed class CountingGemm : IGroupedGemm<BFloat16>
    {
        public int Begun { get; private set; }

        public int First { get; private set; }

        public int Second { get; private set; }

        public void BeginCall(CudaStream stream) => Begun++;

        public void Gemm1(in GroupedGemmArguments<BFloat16, float> arguments, CudaStream stream) => First++;

        public void Gemm2(in GroupedGemmArguments<BFloat16, BFloat16> arguments, CudaStream stream) => Second++;
    }
}
