using Xunit;

namespace MoeGen.Tests;

/// <summary>When the parts of a text are compiled and loaded.</summary>
public sealed class VariantLoadingTests
{
    private const int Decoded = 1, Tiled = 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_call_compiles_its_own_variant_and_no_other()
    {
        using var call = new LadderCall();
        Assert.Equal(["stages"], call.Compiled);
        call.Forward(Decoded);
        call.Forward(Decoded);
        Assert.Equal(["stages", "decode"], call.Compiled);
        call.Forward(Tiled);
        call.Forward(Tiled);
        Assert.Equal(["stages", "decode", call.Layer.ChoiceFor(Tiled, 2)!.Value.Name], call.Compiled);
        Assert.Equal(3, call.Gpu.Driver.LiveModules);
        Assert.Equal(3, call.Layer.CompiledParts.Count);
        Assert.Equal(3, call.Layer.CompiledParts.Select(part => part.Key).Distinct().Count());
        call.Layer.Dispose();
        Assert.Equal(0, call.Gpu.Driver.LiveModules);
    }

    [Fact]
    public void A_text_without_decode_kernels_and_with_one_tile_is_compiled_whole_with_the_layer()
    {
        using var gpu = new FakeGpu(PluggedMoe.Descriptor);
        using var layer = new PluggedMoe(gpu.Context, FakeGpu.Weights<BFloat16>(LadderCall.Shape, Fc1Layout.GateUp), gpu.Options);
        Assert.Equal([""], gpu.Compiler.Parts);
        layer.Prepare(Cancellation);
        Assert.Equal(1, gpu.Compiler.Compilations);
    }

    [Fact]
    public void A_pinned_tile_and_the_decode_kernels_beside_it_are_compiled_by_the_calls_that_run_them()
    {
        using var gpu = new FakeGpu(PinnedMoe.Descriptor);
        using (var layer = new PinnedMoe(gpu.Context, FakeGpu.Weights<BFloat16>(LadderCall.Shape, Fc1Layout.GateUp), gpu.Options))
        {
            Assert.Equal(["stages"], gpu.Compiler.Parts);
            layer.Prepare(Tiled, 2);
            Assert.Equal(["stages", "m16n128k64s5"], gpu.Compiler.Parts);
        }

        using var other = new PinnedMoe(gpu.Context, FakeGpu.Weights<BFloat16>(LadderCall.Shape, Fc1Layout.GateUp), gpu.Options);
        other.Prepare(Decoded, 2);
        Assert.Equal(["stages", "m16n128k64s5", "decode"], gpu.Compiler.Parts);
        Assert.Equal(2, other.CompiledParts.Count);
        other.Prepare(Cancellation);
        Assert.Equal((3, 3), (gpu.Compiler.Compilations, gpu.Driver.LiveModules));
    }

    [Theory]
    [InlineData(232448, 9)]
    [InlineData(101376, 7)]
    public void Prepare_loads_what_fits_the_device_once(int sharedBytes, int parts)
    {
        using var call = new LadderCall(sharedBytes);
        call.Layer.Prepare(cancellationToken: Cancellation);
        call.Layer.Prepare(cancellationToken: Cancellation);
        Assert.Equal(parts, call.Compiled.Distinct().Count());
        Assert.Equal((parts, parts), (call.Compiled.Count(), call.Gpu.Driver.LiveModules));
        call.Forward(Decoded);
        call.Forward(Tiled);
        Assert.Equal(parts, call.Gpu.Compiler.Compilations);
    }

    [Fact]
    public void Prepare_for_a_size_loads_its_variant_alone()
    {
        using var call = new LadderCall();
        call.Layer.Prepare(Decoded, 2);
        Assert.Equal(["stages", "decode"], call.Compiled);
        Assert.Throws<ArgumentOutOfRangeException>(() => call.Layer.Prepare(-1, 2));
    }

    [Fact]
    public void A_variant_that_is_named_is_the_only_one_prepared()
    {
        using var call = new LadderCall(options: options => options with { Variant = LadderCall.Variant(1) });
        call.Layer.Prepare(cancellationToken: Cancellation);
        Assert.Equal(["stages", LadderCall.Variant(1)], call.Compiled.Order(StringComparer.Ordinal).Reverse());
    }

    [Fact]
    public void Capturing_compiles_and_loads_before_the_capture_begins()
    {
        using var call = new LadderCall();
        call.Gpu.Compiler.Begun = () => Assert.False(call.Stream.IsCapturing);
        call.Capture(Decoded).Dispose();
        call.Capture(Tiled).Dispose();
        Assert.Equal(3, call.Gpu.Compiler.Compilations);
    }

    [Fact]
    public void A_capture_of_the_callers_own_never_compiles_or_loads()
    {
        using var call = new LadderCall();
        DeviceBuffer<byte> workspace = call.Own<byte>(call.Layer.GetWorkspaceBytes(Tiled, 2));
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => call.Stream.Capture(() => call.Forward(Tiled, workspace)));
        Assert.Contains(call.Layer.ChoiceFor(Tiled, 2)!.Value.Name, refused.Message, StringComparison.Ordinal);
        Assert.Contains("CaptureForward", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => call.Stream.Capture(() => call.Layer.Prepare()));
        Assert.Throws<InvalidOperationException>(() => call.Stream.Capture(() => call.Layer.Prepare(Tiled, 2)));
        Assert.Equal((0, 1, 1), (call.Gpu.Driver.LaunchCount, call.Gpu.Driver.LiveModules, call.Gpu.Compiler.Compilations));

        call.Layer.Prepare(Tiled, 2);
        call.Stream.Capture(() => call.Forward(Tiled, workspace)).Dispose();
        Assert.InRange(call.Gpu.Driver.LaunchCount, 4, 8);
    }

    [Fact]
    public async Task Loading_waits_for_captures_of_other_threads()
    {
        using var call = new LadderCall();
        using CudaStream other = call.Gpu.Context.CreateStream();
        Task forward = Task.CompletedTask;
        other.Capture(() =>
        {
            forward = Task.Run(() => call.Forward(Decoded), Cancellation);
            SpinWait.SpinUntil(() => call.Compiled.Contains("decode"), Patience);
            Thread.Sleep(50);
            Assert.Equal(1, call.Gpu.Driver.LiveModules);
        }).Dispose();
        await forward.WaitAsync(Patience, Cancellation);
        Assert.Equal(2, call.Gpu.Driver.LiveModules);
    }

    [Fact]
    public void A_part_that_does_not_compile_fails_the_calls_that_need_it()
    {
        using var call = new LadderCall();
        call.Gpu.Compiler.FailingPart = call.Layer.ChoiceFor(Tiled, 2)!.Value.Name;
        call.Forward(Decoded);
        int launches = call.Gpu.Driver.LaunchCount;
        CudaCompilationException exception = Assert.Throws<CudaCompilationException>(() => call.Forward(Tiled));
        Assert.Contains($"--define-macro=MOE_PART_{call.Gpu.Compiler.FailingPart}", exception.Message, StringComparison.Ordinal);
        Assert.Throws<CudaCompilationException>(() => call.Layer.Prepare(Cancellation));
        Assert.Equal(launches, call.Gpu.Driver.LaunchCount);
        call.Gpu.Compiler.FailingPart = null;
        call.Forward(Tiled);
    }

    [Fact]
    public async Task Threads_that_need_one_variant_load_it_once()
    {
        using var call = new LadderCall();
        call.Gpu.Compiler.Begun = () => Thread.Sleep(20);
        await Parallel.ForAsync(0, 8, Cancellation, (_, _) =>
        {
            call.Layer.Prepare(Tiled, 2);
            return ValueTask.CompletedTask;
        });
        Assert.Equal((2, 2), (call.Gpu.Compiler.Compilations, call.Gpu.Driver.LiveModules));
    }

    [Fact]
    public async Task Dispose_ends_a_preparation_after_what_is_under_way()
    {
        using var call = new LadderCall();
        using var begun = new SemaphoreSlim(0);
        call.Gpu.Compiler.Begun = () =>
        {
            begun.Release();
            Thread.Sleep(100);
        };
        Task prepare = call.Layer.PrepareAsync(Cancellation);
        Assert.True(await begun.WaitAsync(Patience, Cancellation));
        call.Layer.Dispose();
        int compilations = call.Gpu.Compiler.Compilations;
        Assert.Equal(0, call.Gpu.Driver.LiveModules);
        if (compilations < 8)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => prepare.WaitAsync(Patience, Cancellation));
        }

        Assert.Equal(compilations, call.Gpu.Compiler.Compilations);
        Assert.Throws<ObjectDisposedException>(() => call.Layer.Prepare(Cancellation));
    }

    [Fact]
    public async Task A_preparation_can_be_cancelled()
    {
        using var call = new LadderCall();
        using var source = new CancellationTokenSource();
        call.Gpu.Compiler.Begun = source.Cancel;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Layer.PrepareAsync(source.Token).WaitAsync(Patience, Cancellation));
        Assert.InRange(call.Gpu.Compiler.Compilations, 1, 7);
    }
}
