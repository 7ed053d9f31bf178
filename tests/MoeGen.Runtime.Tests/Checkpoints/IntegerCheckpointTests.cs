using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Checkpoints of integers, packed by the definition of each format, expanded and as codes.</summary>
public sealed class IntegerCheckpointTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Forms => [.. IntegerForm.All.Select(form => form.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_block_computes_with_what_the_codes_stand_for(string form)
    {
        FamilyCase made = new IntegerCase(form).Made;
        made.Checkpoint.Write(_folder, tensorsPerShard: 7);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        float[] input = made.Numbers(10 * IntegerCase.Hidden, 4);
        double[] expected = made.Block.Run(input, made.Routing, made.Options);
        var output = new float[input.Length];
        ManagedMoe.ForwardBlock<float>(block.LoadWeights<float>(allowConversion: true), block.Activation, input, block.Router, output);
        Assert.InRange(MoeError.RelativeL2<float>(output, expected), 0, 1e-6);
        Assert.Throws<CheckpointException>(() => block.LoadWeights<float>());
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Codes_and_scales_are_loaded_as_they_are(string name)
    {
        IntegerForm form = IntegerForm.Of(name);
        FamilyCase made = new IntegerCase(name).Made;
        made.Checkpoint.Write(_folder);
        QuantizedMoeWeights<BFloat16> weights;
        using (MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path))
        {
            MoeBlock block = checkpoint.GetBlock(1);
            Assert.Equal(form.Bits == 8 ? WeightFormat.Int8PerChannel : WeightFormat.Int4Group, block.QuantizedFormat);
            Assert.Equal(name.StartsWith("int8", StringComparison.Ordinal), block.QuantizesActivations);
            weights = block.LoadQuantizedWeights<BFloat16>();
            Assert.Equal(block.QuantizedFormat, weights.Format);
        }

        // 64 and 96 have only 32 in common, which whole rows are cut into.
        Assert.Equal(form.Bits == 8 ? 0 : 32, weights.GroupSize);
        Assert.Equal(form.ZeroPoints, weights.HasZeroPoints);
        PlainBlock plain = made.Block;
        for (int e = 0; e < plain.Experts; e++)
        {
            Assert.Equal([.. plain.Mlps[e].Gate, .. plain.Mlps[e].Up], QuantizedValues.Of(weights.Fc1ExpertWeights[e]));
            Assert.Equal(plain.Mlps[e].Down, QuantizedValues.Of(weights.Fc2ExpertWeights[e]));
        }

        AssertShared(plain.Shared!.Value, weights);
    }

    [Fact]
    public void Uploaded_weights_are_those_loaded()
    {
        foreach (string form in new[] { "int8", "awq", "gptq zeros" })
        {
            new IntegerCase(form).Made.Checkpoint.Write(_folder);
            using var driver = new FakeCudaDriver();
            using var context = new CudaContext(driver);
            using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
            MoeBlock block = checkpoint.GetBlock(1);
            MoeWeights<Half> loaded = block.LoadWeights<Half>(allowConversion: true);
            using DeviceMoeWeights<Half> uploaded = block.Upload<Half>(context, allowConversion: true);
            var device = new Half[uploaded.Fc1ExpertWeights.Length];
            uploaded.Fc1ExpertWeights.CopyTo(device);
            Assert.Equal(loaded.Fc1ExpertWeights.SelectMany(expert => expert.ToArray()), device);
        }
    }

    [Fact]
    public void Static_scales_are_the_largest_of_all_for_tokens_and_each_experts_own_behind()
    {
        FamilyCase made = new IntegerCase("int8 static").Made;
        made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        QuantizedMoeWeights<float> weights = checkpoint.GetBlock(1).LoadQuantizedWeights<float>();
        string[] names = [.. Enumerable.Range(0, 4).Select(e => $"mlp.experts.{e}"), "mlp.shared_expert"];
        Assert.Equal(names.SelectMany(name => new[] { name + ".gate_proj", name + ".up_proj" }).Max(IntegerCase.InputScale), weights.InputScale);

        // The shared expert is two slices.
        Assert.Equal([.. names.Append(names[^1]).Select(name => IntegerCase.InputScale(name + ".down_proj"))], weights.ActivatedScales.ToArray());
    }

    [Fact]
    public void Input_factors_are_taken_out_of_expanded_weights_and_kept_beside_codes()
    {
        FamilyCase made = new IntegerCase("int8").Made;
        float[] factors = [.. Enumerable.Range(0, IntegerCase.Hidden).Select(h => h % 3 == 0 ? 2f : 0.5f)];
        made.Checkpoint.Add("mlp.experts.input_factors", SafetensorsDtype.F32, [IntegerCase.Hidden], factors);
        made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        Assert.Equal(factors, block.LoadQuantizedWeights<float>().InputFactors.ToArray());
        float[] expected = [.. made.Block.Mlps[1].Gate.Select((value, i) => value * factors[i % IntegerCase.Hidden])];
        MoeWeights<float> expanded = block.LoadWeights<float>(allowConversion: true);
        Assert.Equal(expected, expanded.Fc1ExpertWeights[1].Span[..expected.Length].ToArray());
        Assert.Equal(made.Block.Mlps[1].Down, expanded.Fc2ExpertWeights[1].ToArray());
    }

    [Fact]
    public void Mxfp4_is_kept_as_it_is()
    {
        FamilyCase made = FamilyCases.Make("gpt_oss mxfp4");
        made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        QuantizedMoeWeights<BFloat16> weights = block.LoadQuantizedWeights<BFloat16>();
        MoeWeights<float> expanded = block.LoadWeights<float>(allowConversion: true);
        Assert.Equal((WeightFormat.Mxfp4, 32, Fc1Layout.Interleaved), (weights.Format, weights.GroupSize, weights.Fc1Layout));
        Assert.Equal(block.LoadWeights<BFloat16>(allowConversion: true).Fc1ExpertBiases.ToArray(), weights.Fc1ExpertBiases.ToArray());
        for (int e = 0; e < made.Block.Experts; e++)
        {
            Assert.Equal(expanded.Fc1ExpertWeights[e].ToArray(), QuantizedValues.Of(weights.Fc1ExpertWeights[e]));
            Assert.Equal(made.Block.Mlps[e].Down, QuantizedValues.Of(weights.Fc2ExpertWeights[e]));
        }
    }

    [Fact]
    public void Progress_counts_the_bytes_of_codes()
    {
        new IntegerCase("awq").Made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        var reports = new List<MoeLoadProgress>();
        checkpoint.GetBlock(1).LoadQuantizedWeights<float>(new Recorder(reports));
        const long Elements = 3 * IntegerCase.Hidden * ((4 * IntegerCase.Intermediate) + IntegerCase.SharedWidth);
        Assert.Equal(new MoeLoadProgress(6, 6, Elements / 2, Elements / 2), reports[^1]);
        Assert.Equal(6, reports.Count);
    }

    // Experts 4 and 5: 96 of 160, and 64 of 160 filled up with zeros.
    private static void AssertShared((float[] Gate, float[] Up, float[] Down) shared, QuantizedMoeWeights<BFloat16> weights)
    {
        const int Hidden = IntegerCase.Hidden, Width = IntegerCase.Intermediate, All = IntegerCase.SharedWidth;
        for (int slice = 0; slice < 2; slice++)
        {
            int first = slice * Width;
            int stored = Math.Min(Width, All - first);
            float[] fc1 = QuantizedValues.Of(weights.Fc1ExpertWeights[4 + slice]);
            float[] fc2 = QuantizedValues.Of(weights.Fc2ExpertWeights[4 + slice]);
            for (int i = 0; i < Width * Hidden; i++)
            {
                (int row, int column) = Math.DivRem(i, Hidden);
                Assert.Equal(row < stored ? shared.Gate[((first + row) * Hidden) + column] : 0, fc1[i]);
                Assert.Equal(row < stored ? shared.Up[((first + row) * Hidden) + column] : 0, fc1[(Width * Hidden) + i]);
                Assert.Equal(row < stored ? shared.Down[(column * All) + first + row] : 0, fc2[(column * Width) + row]);
            }
        }
    }

    private sealed class Recorder(List<MoeLoadProgress> reports) : IProgress<MoeLoadProgress>
    {
        public void Report(MoeLoadProgress value) => reports.Add(value);
    }
}
