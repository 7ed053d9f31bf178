using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>One layer from several threads: every result is the one that a call by itself has, bit for bit.</summary>
public sealed class ConcurrencyTests
{
    private const int Threads = 4;

    // Different sizes, so that variants, sort passes and workspaces differ and arenas grow while others are in use.
    private static readonly Problem[] Problems =
    [
        new(3, 8, 2, 64, 40, Fc1Layout.GateUp),
        new(70, 8, 2, 64, 40, Fc1Layout.GateUp, IdPattern.Repeating),
        new(31, 8, 2, 64, 40, Fc1Layout.GateUp, IdPattern.OneExpert),
        new(2100, 8, 2, 64, 40, Fc1Layout.GateUp, IdPattern.Invalid),
    ];

    [Fact]
    public async Task Threads_with_streams_of_their_own()
    {
        CudaContext context = Gpu.Context;
        Data<BFloat16>[] cases = Cases();
        using var layer = new Bf16SwigluLadder(context, cases[0].Weights, Gpu.Options);
        BFloat16[][] expected = [.. cases.Select(data => LayerHarness.Run(layer, context, data, poison: 0xFF))];
        await Together(thread =>
        {
            using CudaStream stream = context.CreateStream();
            for (int call = 0; call < Gpu.Repetitions; call++)
            {
                int index = (thread + call) % cases.Length;
                using var buffers = new Buffers<BFloat16>(context, cases[index]);
                buffers.Output.Fill(0xFF, stream);
                layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
                stream.Synchronize();
                Assert.Equal(expected[index], buffers.ReadOutput());
            }
        });
    }

    [Fact]
    public async Task Threads_on_one_stream()
    {
        CudaContext context = Gpu.Context;
        Data<BFloat16>[] cases = Cases();
        using var layer = new Bf16SwigluLadder(context, cases[0].Weights, Gpu.Options);
        BFloat16[][] expected = [.. cases.Select(data => LayerHarness.Run(layer, context, data, poison: 0xFF))];
        using CudaStream stream = context.CreateStream();
        await Together(thread =>
        {
            using var buffers = new Buffers<BFloat16>(context, cases[thread]);
            for (int call = 0; call < Gpu.Repetitions; call++)
            {
                layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
            }

            stream.Synchronize();
            Assert.Equal(expected[thread], buffers.ReadOutput());
        });
    }

    [Fact]
    public async Task A_new_stream_for_every_call_while_the_last_ones_work_may_still_run()
    {
        CudaContext context = Gpu.Context;
        Data<BFloat16>[] cases = Cases();
        using var layer = new Bf16SwigluLadder(context, cases[0].Weights, Gpu.Options);
        BFloat16[][] expected = [.. cases.Select(data => LayerHarness.Run(layer, context, data, poison: 0xFF))];
        await Together(thread =>
        {
            Buffers<BFloat16>[] buffers = [.. cases.Select(data => new Buffers<BFloat16>(context, data))];
            for (int call = 0; call < Gpu.Repetitions; call++)
            {
                Buffers<BFloat16> one = buffers[(thread + call) % cases.Length];
                using CudaStream stream = context.CreateStream();
                layer.Forward(one.Input, one.Ids, one.Scales, one.Output, stream);
            }

            for (int call = 0; call < Math.Min(Gpu.Repetitions, cases.Length); call++)
            {
                int index = (thread + call) % cases.Length;
                Assert.Equal(expected[index], buffers[index].ReadOutput());
            }

            Array.ForEach(buffers, one => one.Dispose());
        });
    }

    [Fact]
    public async Task Disposed_while_others_call()
    {
        CudaContext context = Gpu.Context;
        Data<BFloat16>[] cases = Cases();
        var layer = new Bf16SwigluLadder(context, cases[0].Weights, Gpu.Options);
        BFloat16[] expected = LayerHarness.Run(layer, context, cases[0], poison: 0xFF);
        using var begun = new CountdownEvent(Threads);
        Task calls = Together(_ =>
        {
            using CudaStream stream = context.CreateStream();
            using var buffers = new Buffers<BFloat16>(context, cases[0]);
            Action one = () => layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
            one();
            begun.Signal();
            Exception? end = null;
            while ((end = Record.Exception(one)) is null)
            {
            }

            Assert.IsType<ObjectDisposedException>(end);
            stream.Synchronize();
            Assert.Equal(expected, buffers.ReadOutput());
        });
        Assert.True(begun.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        layer.Dispose();
        await calls;
        Assert.Null(context.Failure);
    }

    private static Data<BFloat16>[] Cases() => [.. Problems.Select(problem => new Data<BFloat16>(problem with { T = Math.Min(problem.T, Gpu.MostTokens) }))];

    private static Task Together(Action<int> work) =>
        Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () => work(thread), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
}
