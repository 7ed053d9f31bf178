using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Tuning on this device, the table that comes of it, and captures of variants that are loaded late.</summary>
public sealed class TuningTests
{
    private static readonly Problem Tiny = new(200, 4, 2, 264, 136, Fc1Layout.GateUp);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_table_of_this_device_chooses_and_the_result_stays_right()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(Tiny);
        string path = Path.Combine(Path.GetTempPath(), $"moegen-{Guid.NewGuid():N}.json");
        try
        {
            using (var layer = new Bf16SwigluLadder(context, data.Weights, Gpu.Options))
            {
                TuningEntry entry = layer.Tune(Tiny.K, [8, 200], Cancellation);
                Assert.All(entry.Points, point => Assert.InRange(point.Microseconds, 1, 10000));
                new TuningTable([entry]).Save(path);
            }

            MoeCudaOptions options = (Gpu.Options ?? new MoeCudaOptions()) with { TuningTable = TuningTable.Load(path) };
            using var tuned = new Bf16SwigluLadder(context, data.Weights, options);
            Assert.Equal("", Assert.Single(tuned.TuningMatches).Ignored);
            VariantChoice choice = tuned.ChoiceFor(Tiny.T, Tiny.K)!.Value;
            Assert.Equal((options.TuningTable!.Entries[0].Points[1].Variant, VariantReason.Table), (choice.Name, choice.Reason));
            BFloat16[] output = LayerHarness.Run(tuned, context, data, poison: 0xD5);
            LayerHarness.AssertContract<Bf16SwigluLadder, BFloat16>(data, output, data.Ids, data.Scales);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void CaptureForward_of_a_new_layer_gives_the_bits_of_an_eager_call()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(Tiny);
        using var layer = new Bf16SwigluLadder(context, data.Weights, Gpu.Options);
        using var buffers = new Buffers<BFloat16>(context, data);
        using CudaStream stream = context.CreateStream();
        using MoeGraph graph = layer.CaptureForward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
        graph.Launch(stream);
        stream.Synchronize();
        BFloat16[] captured = buffers.ReadOutput();
        Assert.Equal(LayerHarness.Run(layer, context, data, poison: 0xD5), captured);
    }

    [Fact]
    public void A_capture_of_the_callers_own_wants_the_layer_prepared()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(Tiny);
        using var layer = new Bf16SwigluLadder(context, data.Weights, Gpu.Options);
        using var buffers = new Buffers<BFloat16>(context, data);
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<byte> workspace = context.Allocate<byte>(layer.GetWorkspaceBytes(Tiny.T, Tiny.K));
        void Forward() => layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream, workspace);
        Assert.Contains("Prepare", Assert.Throws<InvalidOperationException>(() => stream.Capture(Forward)).Message, StringComparison.Ordinal);

        layer.Prepare(Cancellation);
        using CudaGraph graph = stream.Capture(Forward);
        graph.Launch(stream);
        stream.Synchronize();
        LayerHarness.AssertContract<Bf16SwigluLadder, BFloat16>(data, buffers.ReadOutput(), data.Ids, data.Scales);
    }
}
