using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Each family in its own tensor form against a plain computation of what that family's block is.</summary>
public sealed class FamilyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Names => [.. FamilyCases.Names];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Block_computes_what_the_family_does(string name)
    {
        FamilyCase made = FamilyCases.Make(name);
        PlainBlock plain = made.Block;
        made.Checkpoint.Write(_folder, tensorsPerShard: 5);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        Assert.Equal(made.Routing, block.Routing);
        Assert.Equal(made.Options, block.Router.Options with { NumSharedExperts = 0 });
        Assert.Equal(plain.Experts, block.Router.NumExperts);
        Assert.Equal(plain.Experts + ((plain.SharedWidth + plain.Intermediate - 1) / plain.Intermediate), block.Shape.NumExperts);

        float[] input = made.Numbers(20 * plain.Hidden, 4);
        double[] expected = plain.Run(input, made.Routing, made.Options);
        var output = new float[input.Length];
        MoeWeights<float> weights = block.LoadWeights<float>(allowConversion: true);
        ManagedMoe.ForwardBlock<float>(weights, block.Activation, input, block.Router, output, swiglu: block.Swiglu);
        Assert.InRange(MoeError.RelativeL2<float>(output, expected), 0, 1e-6);
        Assert.InRange(MoeError.WorstTokenRelativeL2<float>(output, expected, plain.Hidden), 0, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Weights_uploaded_are_those_loaded(string name)
    {
        FamilyCases.Make(name).Checkpoint.Write(_folder);
        using var driver = new FakeCudaDriver();
        using var context = new CudaContext(driver);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        var reports = new List<MoeLoadProgress>();
        MoeWeights<BFloat16> loaded = block.LoadWeights<BFloat16>(allowConversion: true, new Recorder(reports));
        int loadReports = reports.Count;
        using (DeviceMoeWeights<BFloat16> uploaded = block.Upload<BFloat16>(context, allowConversion: true, new Recorder(reports)))
        {
            Assert.Equal(loaded.Shape, uploaded.Shape);
            Assert.Equal(loaded.Fc1Layout, uploaded.Fc1Layout);
            Assert.Equal(Bits([.. loaded.Fc1ExpertWeights.SelectMany(expert => expert.ToArray())]), Read(uploaded.Fc1ExpertWeights));
            Assert.Equal(Bits([.. loaded.Fc2ExpertWeights.SelectMany(expert => expert.ToArray())]), Read(uploaded.Fc2ExpertWeights));
            Assert.Equal(Bits(loaded.Fc1ExpertBiases.ToArray()), Read(uploaded.Fc1ExpertBiases));
            Assert.Equal(Bits(loaded.Fc2ExpertBiases.ToArray()), Read(uploaded.Fc2ExpertBiases));
        }

        Assert.Equal(0, driver.LiveAllocations);
        foreach (List<MoeLoadProgress> each in new[] { reports[..loadReports], reports[loadReports..] })
        {
            Assert.Equal(Enumerable.Range(1, block.Shape.NumExperts), each.Select(report => report.ExpertsDone));
            Assert.Equal(each.Select(report => report.BytesDone).Order(), each.Select(report => report.BytesDone));
            Assert.All(each, report => Assert.Equal(block.Shape.NumExperts, report.NumExperts));
            Assert.Equal(each[^1].TotalBytes, each[^1].BytesDone);
        }
    }

    private static ushort[] Bits(BFloat16[] values) => [.. values.Select(value => value.ToBits())];

    private static ushort[] Read(DeviceBuffer<BFloat16>? buffer)
    {
        var values = new BFloat16[buffer?.Length ?? 0];
        buffer?.CopyTo(values);
        return Bits(values);
    }

    private sealed class Recorder(List<MoeLoadProgress> reports) : IProgress<MoeLoadProgress>
    {
        public void Report(MoeLoadProgress value) => reports.Add(value);
    }
}
