using System.Globalization;
using System.Text.RegularExpressions;
using MoeGen.Generators.Emit.CSharp;
using MoeGen.Generators.Emit.Cuda;
using MoeGen.Generators.Models;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Emission;

/// <summary>Properties that every CUDA text has, whatever the configuration.</summary>
public sealed partial class CudaTextTests
{
    public static TheoryData<Dtype, Activation, RoutingMethod> Configurations
    {
        get
        {
            TheoryData<Dtype, Activation, RoutingMethod> data = [];
            foreach (Activation activation in Enum.GetValues<Activation>())
            {
                foreach (RoutingMethod routing in Enum.GetValues<RoutingMethod>())
                {
                    data.Add(Dtype.BF16, activation, routing);
                    data.Add(Dtype.FP16, activation, routing);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Is_self_contained_with_LF_line_endings(Dtype dtype, Activation activation, RoutingMethod routing)
    {
        string text = Text(dtype, activation, routing);
        Assert.DoesNotContain("#include", text, StringComparison.Ordinal);
        Assert.DoesNotContain("#pragma once", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        Assert.Equal(routing != RoutingMethod.Preselected, text.Contains("moe_select_experts", StringComparison.Ordinal));
        Assert.Equal(routing != RoutingMethod.Preselected, text.Contains("---- routing/methods/", StringComparison.Ordinal));
        Assert.Equal(routing == RoutingMethod.TopKSigmoidInput, text.Contains("scale_rows<Tile>(", StringComparison.Ordinal));
        Assert.DoesNotContain("MOE_INPUT_SCALES", text, StringComparison.Ordinal);
        Assert.Equal(activation.IsGated(), text.Contains("constexpr bool kGated = true;", StringComparison.Ordinal));
    }

    [Fact]
    public void Constants_come_before_the_first_template()
    {
        string text = Text(Dtype.BF16, Activation.SwigluOai, RoutingMethod.SoftmaxTopKRenormalized);
        int firstTemplate = text.IndexOf("// ----", StringComparison.Ordinal);
        Assert.InRange(text.IndexOf("constexpr float kSwigluAlpha", StringComparison.Ordinal), 1, firstTemplate);
        Assert.InRange(text.LastIndexOf("static constexpr int kMinBlocksPerSm = 2;", StringComparison.Ordinal), 1, firstTemplate);
    }

    /// <summary>The launchers repeat block sizes that the templates state as constants; here the two meet.</summary>
    [Theory]
    [InlineData(RoutingMethod.Preselected)]
    [InlineData(RoutingMethod.SoftmaxTopK)]
    public void Launchers_use_the_block_sizes_of_the_launch_bounds(RoutingMethod routing)
    {
        MoeModel model = Samples.Model(new MoeSettings(Dtype.BF16, Routing: routing));
        string text = CudaText.Emit(model);
        Dictionary<string, int> constants = IntConstant().Matches(text)
            .ToDictionary(match => match.Groups[1].Value, match => int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
        Dictionary<string, int> kernels = EntryPoint().Matches(text)
            .ToDictionary(match => match.Groups[2].Value, match => constants[match.Groups[1].Value]);
        // A kernel that is launched with two block sizes is bounded by the larger one.
        Assert.Equivalent(
            StageKernel.Of(model).GroupBy(stage => stage.Kernel).ToDictionary(stages => stages.Key, stages => stages.Max(stage => stage.Threads)), kernels, strict: true);
    }

    /// <summary>The launchers also repeat how deep the decode kernels' rounds are, and the rings' shared memory where weights are codes.</summary>
    [Theory]
    [InlineData(Dtype.BF16, WeightFormat.SameAsDtype)]
    [InlineData(Dtype.INT8, WeightFormat.SameAsDtype)]
    [InlineData(Dtype.BF16, WeightFormat.Int8PerChannel)]
    [InlineData(Dtype.BF16, WeightFormat.Int4Group)]
    [InlineData(Dtype.BF16, WeightFormat.Mxfp4)]
    public void Launchers_know_the_rounds_and_rings_of_the_decode_kernels(Dtype dtype, WeightFormat format)
    {
        MoeModel model = Samples.Model(new MoeSettings(dtype, Weights: format == WeightFormat.SameAsDtype ? null : format));
        Dictionary<string, int> constants = IntConstant().Matches(CudaText.Emit(model))
            .ToDictionary(match => match.Groups[1].Value, match => int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
        bool streamsCodes = constants.TryGetValue("kStreamBytes", out int ringBytes);
        Assert.Equal(format != WeightFormat.SameAsDtype, streamsCodes);
        int depth = streamsCodes ? 16 * 32 / constants["kCodeWords"] : constants["kStreamUnroll"] * 64 / (dtype == Dtype.INT8 ? 1 : 2);
        StageKernel kernel = StageKernel.Of(model)[^1];
        Assert.Contains($"+ {depth - 1}) / {depth})", kernel.Grid, StringComparison.Ordinal);
        Assert.Equal(constants["kDecodeThreads"] / 32 * ringBytes, kernel.SharedMemoryBytes);
    }

    /// <summary>So that a reader can go through all of it: the text without the part for few tokens, which is read by itself.</summary>
    [Fact]
    public void The_text_for_one_tile_is_at_most_830_lines() => Assert.InRange(LinesOf(GuardedText.Without(PinnedText, "decode")), 700, 830);

    /// <summary>With the kernels for few tokens beside the tile.</summary>
    [Fact]
    public void The_whole_text_of_a_pinned_tile_is_at_most_1410_lines() => Assert.InRange(LinesOf(PinnedText), 831, 1410);

    /// <summary>What is read of the tile is what a class without the kernels for few tokens would have.</summary>
    [Fact]
    public void The_kernels_for_few_tokens_change_nothing_of_the_tile()
    {
        string alone = CudaText.Emit(Pinned with { Decodes = false });
        Assert.DoesNotContain("MOE_PART", alone, StringComparison.Ordinal);
        Assert.Equal(alone.Split('\n'), GuardedText.Without(PinnedText, "decode").Split('\n'));
    }

    [Fact]
    public void A_pinned_tile_has_three_parts() => Assert.Contains("\n// Parts: stages, decode, m128n128k64s3. With MOE_PART ", PinnedText, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Configurations))]
    public void No_two_blank_lines_follow_each_other(Dtype dtype, Activation activation, RoutingMethod routing) =>
        Assert.DoesNotContain("\n\n\n", Text(dtype, activation, routing), StringComparison.Ordinal);

    [Fact]
    public void Stated_sizes_are_constants_and_the_others_are_0()
    {
        string text = CudaText.Emit(Samples.Model(new MoeSettings(Dtype.BF16, TopK: 2, IntermediateSize: 14336)));
        Assert.Contains("\nconstexpr int kHiddenSize = 0;  // H; 0: given at run time\n", text, StringComparison.Ordinal);
        Assert.Contains("\nconstexpr int kIntermediateSize = 14336;  // I\n", text, StringComparison.Ordinal);
        Assert.Contains("\nconstexpr int kTopK = 2;  // K\n", text, StringComparison.Ordinal);
        Assert.Contains("\nconstexpr int kNumExperts = 0;  // E; 0: given at run time\n", text, StringComparison.Ordinal);
        Assert.Contains("\n// BF16, Swiglu, Preselected; K = 2, I = 14336.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Stated_constants_are_those_of_the_activation()
    {
        string text = CudaText.Emit(Samples.Model(new MoeSettings(Dtype.FP16, Activation.SwigluOai, SwigluAlpha: 1.1f, SwigluBeta: -2f)));
        Assert.Contains("\nconstexpr float kSwigluAlpha = 1.1f;", text, StringComparison.Ordinal);
        Assert.Contains("\nconstexpr float kSwigluBeta = -2.0f;", text, StringComparison.Ordinal);
        Assert.Contains("\nconstexpr float kSwigluLimit = 7.0f;", text, StringComparison.Ordinal);
        Assert.Contains("\n// FP16, SwigluOai (alpha 1.1, beta -2.0, limit 7.0), Preselected.\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Constants_are_there_where_they_are_used(Dtype dtype, Activation activation, RoutingMethod routing) =>
        Assert.Equal(activation.HasLimit(), Text(dtype, activation, routing).Contains("kSwiglu", StringComparison.Ordinal));

    [Fact]
    public void Every_variant_has_its_entry_point()
    {
        MoeModel model = Samples.Model(new MoeSettings(Dtype.FP16));
        string text = CudaText.Emit(model);
        Assert.All(GemmKernel.Of(model), kernel => Assert.Contains($"\n{kernel.Kernel}(const __grid_constant__ {kernel.Gemm}Arguments arguments)", text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_embedded_templates_are_the_files_on_disk() => Assert.Equal(
        Repository.Files(Repository.Templates, ".cuh").Select(file => (file.Path, file.Text)).Order(),
        EmbeddedTemplates.Paths.Select(path => (path, EmbeddedTemplates.Read(path)!)).Order());

    [Fact]
    public void The_literal_holds_the_text_byte_for_byte()
    {
        GeneratorRun run = GeneratorHarness.Run("using MoeGen; namespace Samples; [MoeConfig(Dtype = Dtype.BF16)] public partial class Layer;").AssertClean();
        Assert.Equal(Text(Dtype.BF16, Activation.Swiglu, RoutingMethod.Preselected), run.Cuda);
    }

    [Fact]
    public void The_literal_survives_quotes_in_the_text()
    {
        MoeModel model = Samples.Model(new MoeSettings(Dtype.BF16));
        string file = CudaFile.Emit(model, "// \"\"\"\" four quotes\n");
        Assert.Contains("=>\n\"\"\"\"\"\n// \"\"\"\" four quotes\n\n\"\"\"\"\"u8;\n", file, StringComparison.Ordinal);
    }

    private static MoeModel Pinned => Samples.Model(new MoeSettings(Dtype.BF16, Activation.Swiglu, Tile: "128x128"));

    private static string PinnedText => CudaText.Emit(Pinned);

    private static int LinesOf(string text) => text.Split('\n').Length - 1;

    private static string Text(Dtype dtype, Activation activation, RoutingMethod routing) =>
        CudaText.Emit(Samples.Model(new MoeSettings(dtype, activation, Routing: routing)));

    [GeneratedRegex(@"^constexpr int (k\w+) = (\d+);", RegexOptions.Multiline)]
    private static partial Regex IntConstant();

    [GeneratedRegex(@"__launch_bounds__\((k\w+)(?:, \d+)?\) (moe_\w+)\(")]
    private static partial Regex EntryPoint();
}
