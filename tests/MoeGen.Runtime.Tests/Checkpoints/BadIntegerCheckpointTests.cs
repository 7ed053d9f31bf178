using System.Runtime.InteropServices;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Checkpoints of integers that contradict themselves: what is wrong is named before anything is loaded.</summary>
public sealed class BadIntegerCheckpointTests : IDisposable
{
    private const string Gate = "mlp.experts.2.gate_proj", Down = "mlp.experts.2.down_proj";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("packed 4 bits", "\"group_size\":32", "\"group_size\":16", "weight_scale' BF16 [96, 2] must be [96, 4], as config.json says")]
    [InlineData("packed 4 bits", "\"group_size\":32", "\"group_size\":24", "weight_packed' I32 [96, 8] is [96, 64] by config.json with groups of 24 along 64")]
    [InlineData("packed 4 bits", "\"group_size\":32", "\"group_size\":0", "weights.group_size is 0; allowed are positive integers, and -1")]
    [InlineData("packed 4 bits", "\"symmetric\":true", "\"symmetric\":false", "weight_zero_point' is missing; required is [12, 2] of I32 beside the quantised weight")]
    [InlineData("packed 4 bits", "\"num_bits\":4", "\"num_bits\":3", "weights.num_bits is 3 of type 'int'; allowed are 4 and 8")]
    [InlineData("packed 4 bits", "\"num_bits\":4", "\"num_bits\":8", "weight_packed' I32 [96, 8] must be [96, 16]")]
    [InlineData("packed 4 bits", "\"type\":\"int\"", "\"type\":\"float\"", "weights.num_bits is 4 of type 'float'")]
    [InlineData("packed 4 bits", "\"group\",", "\"tensor\",", "weights.strategy is 'tensor'; allowed are 'channel' and 'group'")]
    [InlineData("packed 4 bits", "pack-quantized", "nvfp4-pack-quantized", "format is 'nvfp4-pack-quantized'; allowed are 'int-quantized' and 'pack-quantized'")]
    [InlineData("packed 4 bits", "pack-quantized", "int-quantized", "weights.num_bits is 4; allowed with int-quantized is 8")]
    [InlineData("packed 4 bits", "\"compressed\"", "\"frozen\"", "quantization_status is 'frozen'; allowed is 'compressed'")]
    [InlineData("packed 4 bits", "\"moe_intermediate_size\":96", "\"moe_intermediate_size\":128", "weight_packed' I32 [96, 8] must be [128, 8]")]
    [InlineData("packed 4 bits", "\"config_groups\":{", "\"config_groups\":{\"other\":{\"weights\":{\"num_bits\":8}},", "config_groups is several schemes that differ")]
    [InlineData("packed 4 bits", "\"input_activations\":null", "\"input_activations\":{\"num_bits\":8}", "input_activations.num_bits is 8 with weights of 4; allowed are 8 with weights of 8")]
    [InlineData("packed 8 bits", "\"symmetric\":true", "\"symmetric\":false", "weights.symmetric is false; allowed with 8 bits is true")]
    [InlineData("int8", "\"strategy\":\"channel\"", "\"strategy\":\"group\",\"group_size\":32", "weight_scale' F32 [96, 1] must be [96, 2]")]
    [InlineData("int8", "\"dynamic\":true", "\"dynamic\":false", "input_scale' is missing; required is one number")]
    [InlineData("int8", "\"symmetric\":true,\"strategy\":\"token\"", "\"symmetric\":false", "input_activations.symmetric is false; allowed is true")]
    [InlineData("awq", "\"bits\":4", "\"bits\":8", "quantization_config.bits is 8; allowed is 4")]
    [InlineData("awq", "\"gemm\"", "\"gemv\"", "version is 'gemv'; allowed is 'gemm'")]
    [InlineData("awq", "\"group_size\":32", "\"group_size\":\"32\"", "group_size is '\"32\"'; allowed are integers")]
    [InlineData("awq", "\"group_size\":32,", "", "group_size is missing; an integer is required")]
    [InlineData("awq", "\"awq\"", "\"gptq\"", "qweight' I32 [64, 12] must be [8, 96]")]
    [InlineData("gptq", "\"gptq\"}", "\"marlin\"}", "checkpoint_format is 'marlin'; allowed are 'gptq' and 'gptq_v2'")]
    [InlineData("gptq zeros", "\"sym\":false", "\"sym\":true", "for row 0, group 0; required is 8, as config.json says sym: true")]
    public void A_contradiction_of_config_and_tensors_is_named(string form, string from, string to, string says)
    {
        FamilyCase made = new IntegerCase(form).Made;
        Assert.Contains(from, made.Checkpoint.Config, StringComparison.Ordinal);
        made.Checkpoint.Config = made.Checkpoint.Config.Replace(from, to, StringComparison.Ordinal);
        AssertProblem(made, says);
    }

    [Theory]
    [InlineData("int8", Gate + ".weight_scale", "[96, 1] of BF16, F16 or F32")]
    [InlineData("int8 static", Down + ".input_scale", "one number of BF16, F16 or F32")]
    [InlineData("packed zeros", Down + ".weight_scale", "[64, 3] of BF16, F16 or F32")]
    [InlineData("packed zeros", Down + ".weight_zero_point", "[8, 3] of I32")]
    [InlineData("awq", Down + ".qzeros", "[3, 8] of I32")]
    [InlineData("gptq", Gate + ".scales", "[2, 96] of BF16, F16 or F32")]
    public void A_missing_tensor_is_named_with_what_is_required(string form, string tensor, string required)
    {
        FamilyCase made = new IntegerCase(form).Made;
        made.Checkpoint.Remove(tensor);
        AssertProblem(made, $"tensor 'model.layers.1.{tensor}' is missing; required is {required} beside the quantised weight");
    }

    [Fact]
    public void Act_order_is_refused_with_the_column_that_is_out_of_order()
    {
        var made = new IntegerCase("gptq");
        made.Words(Down + ".g_idx", [96], [.. Enumerable.Range(0, 96).Select(column => column == 40 ? 2 : column / 32)]);
        AssertProblem(made.Made, "puts column 40 into group 2; allowed is 1, groups of 32 columns that follow each other");
    }

    [Fact]
    public void A_stored_shape_of_others_is_refused()
    {
        FamilyCase made = new IntegerCase("packed 4 bits").Made;
        made.Checkpoint.Add(Gate + ".weight_shape", SafetensorsDtype.I64, [2], MemoryMarshal.AsBytes<long>([96, 65]).ToArray());
        AssertProblem(made, "weight_shape' I64 [2] says [96, 65]; required is [96, 64]");
    }

    [Fact]
    public void Experts_of_several_schemes_are_loaded_expanded_only()
    {
        FamilyCase made = new IntegerCase("int8").Made;
        float[] plain = made.Numbers(96 * 64, 1);
        made.Checkpoint.Add(Gate + ".weight", SafetensorsDtype.BF16, [96, 64], plain);
        made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        Assert.Equal((WeightFormat.SameAsDtype, false), (block.QuantizedFormat, block.QuantizesActivations));
        CheckpointException problem = Assert.Throws<CheckpointException>(() => block.LoadQuantizedWeights<float>());
        Assert.Contains($"tensor 'model.layers.1.{Gate}.weight' BF16 [96, 64] is not quantised in integers or MXFP4; required is one scheme", problem.Message, StringComparison.Ordinal);
        Assert.Equal(plain, block.LoadWeights<float>(allowConversion: true).Fc1ExpertWeights[2].Span[..plain.Length].ToArray());
    }

    [Fact]
    public void A_scale_that_is_no_number_is_named_with_its_tensor()
    {
        FamilyCase made = new IntegerCase("int8").Made;
        float[] scales = [.. Enumerable.Repeat(1f, 96)];
        scales[7] = float.NaN;
        made.Checkpoint.Add(Gate + ".weight_scale", SafetensorsDtype.F32, [96, 1], scales);
        made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        CheckpointException problem = Assert.Throws<CheckpointException>(() => checkpoint.GetBlock(1).LoadQuantizedWeights<float>());
        Assert.Contains($"the codes of tensor 'model.layers.1.{Gate}.weight' I8 [96, 64] cannot be used: scales[7] is NaN", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mxfp4_that_is_not_a_number_is_named_with_its_block()
    {
        FamilyCase made = FamilyCases.Make("gpt_oss mxfp4");
        byte[] exponents = [.. Enumerable.Repeat((byte)127, 8 * 128)];
        exponents[(3 * 128) + 5] = 255;
        made.Checkpoint.Add("mlp.experts.gate_up_proj_scales", SafetensorsDtype.U8, [8, 128, 1], exponents);
        made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        CheckpointException problem = Assert.Throws<CheckpointException>(() => checkpoint.GetBlock(1).LoadQuantizedWeights<float>());
        Assert.Contains("has exponent 255, which is NaN, for block 0 of row 5 of an expert", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_that_no_multiple_of_32_makes_are_loaded_expanded_only()
    {
        FamilyCase made = new IntegerCase("packed rows").Made;
        made.Checkpoint.Config = made.Checkpoint.Config.Replace("\"strategy\":\"channel\"", "\"strategy\":\"group\",\"group_size\":16", StringComparison.Ordinal);
        foreach ((string module, int rows, int groups) in Modules())
        {
            made.Checkpoint.Add(module + ".weight_scale", SafetensorsDtype.F32, [rows, groups], [.. Enumerable.Repeat(0.5f, rows * groups)]);
        }

        made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        CheckpointException problem = Assert.Throws<CheckpointException>(() => checkpoint.GetBlock(1).LoadQuantizedWeights<float>());
        Assert.Contains("has groups of 16; allowed with 4 bits are multiples of 32", problem.Message, StringComparison.Ordinal);
        Assert.Equal(6, checkpoint.GetBlock(1).LoadWeights<float>(allowConversion: true).Shape.NumExperts);
    }

    private static IEnumerable<(string Module, int Rows, int Groups)> Modules()
    {
        (string Name, int Width)[] mlps = [.. Enumerable.Range(0, 4).Select(e => ($"mlp.experts.{e}", 96)), ("mlp.shared_expert", 160)];
        return mlps.SelectMany(mlp => new[] { (mlp.Name + ".gate_proj", mlp.Width, 4), (mlp.Name + ".up_proj", mlp.Width, 4), (mlp.Name + ".down_proj", 64, mlp.Width / 16) });
    }

    private void AssertProblem(FamilyCase made, string says)
    {
        made.Checkpoint.Write(_folder);
        CheckpointException problem = Assert.ThrowsAny<CheckpointException>(() =>
        {
            using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
            checkpoint.GetBlock(1);
        });
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, problem.Message, StringComparison.Ordinal);
    }
}
