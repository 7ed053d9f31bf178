using Xunit;

namespace MoeGen.Tests;

/// <summary>From times to an entry, and from an entry to the variant that a call runs.</summary>
public sealed class TuneTests
{
    private const int Decode = 7;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void The_fastest_variant_is_written_and_then_runs()
    {
        TuningEntry entry;
        using (var tuned = new LadderCall())
        {
            var timer = new FakeVariantTimer((tokens, variant) => variant == (tokens < 100 ? 3 : 0) ? 10 : 20);
            entry = tuned.Layer.Tune(2, [16, 64, 256], timer, Cancellation);
            Assert.Equal([3, 3, 0], entry.Points.Select(point => LadderMoe.Descriptor.Variants.ToList().FindIndex(variant => variant.Name == point.Variant)));
            Assert.Equal((16, 2, 64, 32, "9.0"), (entry.Points[0].NumTokens, entry.TopK, entry.HiddenSize, entry.IntermediateSize, entry.ComputeCapability));

            // Each once at each size, also beside the best in the other GEMM; the decode kernels where they have the slots.
            Assert.Equal(timer.Asked.Count, timer.Asked.Distinct().Count());
            Assert.Equal([20, 19, 19], timer.Asked.CountBy(asked => asked.NumTokens).Select(count => count.Value));
            Assert.DoesNotContain((64, Decode), timer.Asked);
            Assert.Equal(VariantReason.Model, tuned.Layer.ChoiceFor(16, 2)!.Value.Reason);
        }

        using var call = new LadderCall(options: options => options with { TuningTable = new TuningTable([entry]) });
        Assert.Equal("", Assert.Single(call.Layer.TuningMatches).Ignored);
        Assert.Equal((LadderMoe.Descriptor.Variants[3], VariantReason.Table), Choice(call, 16));
        Assert.Equal((LadderMoe.Descriptor.Variants[0], VariantReason.Table), Choice(call, 256));
        Assert.Equal(VariantReason.Model, call.Layer.ChoiceFor(16, 3)!.Value.Reason);
        call.Forward(256);
        Assert.Contains($"moe_gemms_{LadderCall.Variant(0)}", call.Gpu.Driver.Launches.Select(launch => launch.Kernel));
        Assert.Equal(["stages", LadderCall.Variant(0)], call.Compiled);
    }

    [Fact]
    public void A_tile_of_GEMM2s_own_is_found_beside_the_best_of_one_and_then_runs()
    {
        TuningEntry entry;
        using (var tuned = new LadderCall())
        {
            VariantSelector selector = tuned.Layer.Pipeline!.Selector;
            entry = tuned.Layer.Tune(2, [256], new FakeVariantTimer((_, variant) => variant == selector.IndexOf(5, 2) ? 5 : variant == 5 ? 7 : 10), Cancellation);
            Assert.Equal($"{LadderCall.Variant(5)}+{LadderCall.Variant(2)}", entry.Points[0].Variant);
        }

        using var call = new LadderCall(options: options => options with { TuningTable = new TuningTable([entry]) });
        Assert.Equal("", Assert.Single(call.Layer.TuningMatches).Ignored);
        call.Forward(256);
        string[] launched = [.. call.Gpu.Driver.Launches.Select(launch => launch.Kernel)];
        Assert.Equal(["moe_route_small", $"moe_gemms_{LadderCall.Variant(5)}", $"moe_gemms_{LadderCall.Variant(2)}", "moe_finalize"], launched);
        Assert.Equal(["stages", LadderCall.Variant(5), LadderCall.Variant(2)], call.Compiled);
    }

    [Fact]
    public void A_pinned_tile_is_measured_beside_the_decode_kernels()
    {
        using var gpu = new FakeGpu(PinnedMoe.Descriptor);
        using var layer = new PinnedMoe(gpu.Context, FakeGpu.Weights<BFloat16>(LadderCall.Shape, Fc1Layout.GateUp), gpu.Options);
        var timer = new FakeVariantTimer((tokens, variant) => variant == (tokens < 3 ? 1 : 0) ? 10 : 20);
        TuningEntry entry = layer.Tune(2, [2, 3, 256], timer, Cancellation);
        Assert.Equal(["decode", "m16n128k64s5", "m16n128k64s5"], entry.Points.Select(point => point.Variant));
        Assert.Equal([(2, 1), (2, 0), (3, 1), (3, 0), (256, 0)], timer.Asked);
        using var tuned = new PinnedMoe(
            gpu.Context, FakeGpu.Weights<BFloat16>(LadderCall.Shape, Fc1Layout.GateUp), gpu.Options with { TuningTable = new TuningTable([entry]) });
        Assert.Equal(("decode", "m16n128k64s5"), (layer.ChoiceFor(3, 2)!.Value.Name, tuned.ChoiceFor(3, 2)!.Value.Name));
    }

    [Fact]
    public void A_difference_within_the_noise_keeps_the_models_choice()
    {
        using var call = new LadderCall();
        int model = call.Layer.Pipeline!.Selector.SelectByCost(LadderCall.Shape, 512, 2);
        int other = model == 0 ? 1 : 0;
        foreach ((double time, int expected) in new[] { (99.0, model), (97.0, other) })
        {
            TuningEntry entry = call.Layer.Tune(2, [512], new FakeVariantTimer((_, variant) => variant == other ? time : 100), Cancellation);
            Assert.Equal(LadderCall.Variant(expected), entry.Points[0].Variant);
        }
    }

    [Fact]
    public void Between_two_sizes_the_nearer_by_ratio_decides_and_outside_the_model()
    {
        using var measuring = new LadderCall();
        TuningEntry entry = measuring.Layer.Tune(2, [4, 16, 1024], new FakeVariantTimer((tokens, variant) => variant == tokens switch { 4 => Decode, 16 => 1, _ => 4 } ? 1 : 2), Cancellation);
        using var call = new LadderCall(options: options => options with { TuningTable = new TuningTable([entry]) });
        (int Tokens, string Variant)[] expected = [(4, "decode"), (8, "decode"), (9, LadderCall.Variant(1)), (16, LadderCall.Variant(1)), (128, LadderCall.Variant(1)), (129, LadderCall.Variant(4)), (1024, LadderCall.Variant(4))];
        Assert.All(expected, pair => Assert.Equal((pair.Variant, VariantReason.Table), (Choice(call, pair.Tokens).Variant.Name, Choice(call, pair.Tokens).Reason)));
        Assert.All((int[])[1, 3, 1025], tokens => Assert.Equal(VariantReason.Model, Choice(call, tokens).Reason));

        // The decode kernels at 4 tokens, the next size far above: what they cannot take goes up.
        TuningEntry wide = entry with { Points = [entry.Points[0], entry.Points[2] with { NumTokens = 100000 }] };
        using var far = new LadderCall(options: options => options with { TuningTable = new TuningTable([wide]) });
        Assert.Equal(("decode", LadderCall.Variant(4)), (Choice(far, 32).Variant.Name, Choice(far, 33).Variant.Name));
    }

    [Fact]
    public void Entries_of_another_device_text_or_shape_are_ignored_with_the_reason()
    {
        using var measuring = new LadderCall();
        TuningEntry entry = measuring.Layer.Tune(2, [64], new FakeVariantTimer((_, variant) => variant == 5 ? 1 : 2), Cancellation);
        (TuningEntry Entry, string Reason)[] others =
        [
            (entry with { TextHash = new string('0', 64) }, "another CUDA text"),
            (entry with { ComputeCapability = "8.0" }, "compute capability 8.0"),
            (entry with { MultiprocessorCount = 7 }, "7 multiprocessors"),
            (entry with { NumExperts = 5 }, "E = 5"),
            (entry with { TopK = 3, Points = [entry.Points[0] with { Variant = "m1" }] }, "'m1'"),
        ];
        using var call = new LadderCall(options: options => options with { TuningTable = new TuningTable(others.Select(other => other.Entry)) });
        Assert.All(call.Layer.TuningMatches.Zip(others), pair => Assert.Contains(pair.Second.Reason, pair.First.Ignored, StringComparison.Ordinal));
        Assert.Equal(VariantReason.Model, Choice(call, 64).Reason);

        // The same entry on a GPU with 99 KB a block names a variant that does not fit.
        using var small = new LadderCall(101376, options => options with { TuningTable = new TuningTable([entry with { TopK = 2 }]) });
        Assert.Contains(LadderCall.Variant(5), small.Layer.TuningMatches[0].Ignored, StringComparison.Ordinal);
        using var named = new LadderCall(options: options => options with { Variant = "decode", TuningTable = new TuningTable([entry]) });
        Assert.Equal(VariantReason.Named, Choice(named, 4).Reason);
    }

    [Fact]
    public void Tuning_is_refused_where_it_cannot_measure()
    {
        using var call = new LadderCall();
        var timer = new FakeVariantTimer((_, _) => 1);
        Assert.Contains("captured", Assert.Throws<InvalidOperationException>(() => call.Stream.Capture(() => call.Layer.Tune(2, [1], timer, Cancellation))).Message, StringComparison.Ordinal);
        call.Stream.Capture(() => Assert.Throws<InvalidOperationException>(() => Task.Run(() => call.Layer.Tune(2, [1], timer, Cancellation), Cancellation).GetAwaiter().GetResult())).Dispose();
        Exception? inside = null;
        call.Gpu.Driver.DuringLaunch = _ => inside ??= Record.Exception(() => call.Layer.Tune(2, [1], timer, Cancellation));
        call.Forward(1);
        Assert.IsType<InvalidOperationException>(inside);
        call.Gpu.Driver.DuringLaunch = null;
        Assert.Throws<ArgumentException>("numTokens", () => call.Layer.Tune(2, [], timer, Cancellation));
        Assert.Throws<ArgumentException>("numTokens", () => call.Layer.Tune(2, [4, 4], timer, Cancellation));
        Assert.Throws<ArgumentOutOfRangeException>(() => call.Layer.Tune(33, [4], timer, Cancellation));
        Assert.ThrowsAny<OperationCanceledException>(() => call.Layer.Tune(2, [4], timer, new CancellationToken(true)));
        Assert.Empty(timer.Asked);
        using var named = new FakeCall();
        Assert.Contains("nothing to choose", Assert.Throws<InvalidOperationException>(() => named.Layer.Tune(2, null, Cancellation)).Message, StringComparison.Ordinal);
        using var managed = new LadderMoe(new ManagedBackend(), FakeGpu.Weights<BFloat16>(LadderCall.Shape, Fc1Layout.GateUp));
        Assert.Throws<InvalidOperationException>(() => managed.Tune(2, null, Cancellation));
        Assert.Null(managed.ChoiceFor(1, 1));
        Assert.Empty(managed.TuningMatches);
        call.Layer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => call.Layer.Tune(2, [1], timer, Cancellation));
    }

    [Fact]
    public void Timing_on_a_device_replays_every_variant_and_leaves_nothing()
    {
        using var call = new LadderCall();
        call.Layer.Prepare(Cancellation);
        var before = call.Gpu.Driver.Live;
        int replays = call.Gpu.Driver.GraphLaunches;
        TuningEntry entry = call.Layer.Tune(2, [3, 40], Cancellation);
        Assert.Equal([3, 40], entry.Points.Select(point => point.NumTokens));
        Assert.Equal((8 + 19) * 13, call.Gpu.Driver.GraphLaunches - replays);
        Assert.Equal(before, call.Gpu.Driver.Live);
        Assert.Empty(call.Gpu.Driver.Violations);
    }

    private static (GemmVariant Variant, VariantReason Reason) Choice(LadderCall call, int tokens)
    {
        VariantChoice choice = call.Layer.ChoiceFor(tokens, 2)!.Value;
        return (choice.Gemm1, choice.Reason);
    }
}
