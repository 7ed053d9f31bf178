using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Layers that hold a part of all experts: a range, and an arbitrary map of the global ids.</summary>
public sealed class LocalExpertTests
{
    private static readonly Problem Local = new(30, 4, 3, 72, 40, Fc1Layout.GateUp);

    [Fact]
    public void A_range() => Check(LocalExperts.Range(6, 16));

    [Fact]
    public void A_map() => Check(LocalExperts.Map([-1, 3, 0, -7, -1, -1, 2, 2, -1, -1, -1, -1, 1, -1, -1, -1]));

    [Fact]
    public void A_map_without_a_local_expert_writes_zeros()
    {
        CudaContext context = Gpu.Context;
        Data<BFloat16> data = Make(LocalExperts.Map([-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1]));
        using var layer = new Bf16SwigluPinned(context, data.Weights, Gpu.Options);
        var output = new BFloat16[data.Input.Length];
        Array.Fill(output, (BFloat16)7f);
        layer.Forward(data.Input, data.Ids, data.Scales, output);
        Assert.All(output, value => Assert.Equal(0, value.ToBits()));
    }

    [Fact]
    public void Placements_that_do_not_fit_are_refused()
    {
        Assert.Contains("at most 12", Assert.Throws<ArgumentException>(() => Make(LocalExperts.Range(13, 16))).Message, StringComparison.Ordinal);
        Assert.Contains("maps expert 1 to 4", Assert.Throws<ArgumentException>(() => Make(LocalExperts.Map([0, 4]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => LocalExperts.Range(16, 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => LocalExperts.Map([]));
    }

    private static void Check(LocalExperts placement)
    {
        CudaContext context = Gpu.Context;
        Data<BFloat16> data = Make(placement);
        int[] localIds = [.. data.Ids.Select(id => placement.ToLocal(id, Local.E))];
        Assert.Contains(localIds, id => id < 0);
        Assert.Contains(localIds, id => id >= 0);
        using var layer = new Bf16SwigluPinned(context, data.Weights, Gpu.Options);
        var output = new BFloat16[data.Input.Length];
        layer.Forward(data.Input, data.Ids, data.Scales, output);
        LayerHarness.AssertContract<Bf16SwigluPinned, BFloat16>(data, output, localIds, data.Scales);

        using var managed = new Bf16SwigluPinned(new ManagedBackend(), data.Weights);
        var managedOutput = new BFloat16[output.Length];
        managed.Forward(data.Input, data.Ids, data.Scales, managedOutput);
        LayerHarness.AssertContract<Bf16SwigluPinned, BFloat16>(data, managedOutput, localIds, data.Scales);
    }

    /// <summary>Ids of 16 global experts, some out of range, and the weights of 4 local ones.</summary>
    private static Data<BFloat16> Make(LocalExperts placement)
    {
        var data = new Data<BFloat16>(Local) { Placement = placement };
        var random = new Random(9);
        for (int slot = 0; slot < data.Ids.Length; slot++)
        {
            data.Ids[slot] = random.Next(-1, 18);
        }

        return data;
    }
}
