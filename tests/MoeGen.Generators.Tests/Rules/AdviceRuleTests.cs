using System.Globalization;
using Microsoft.CodeAnalysis;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Rules;

/// <summary>What a class that can be built is told: it has its kernels all the same.</summary>
public sealed class AdviceRuleTests
{
    [Theory]
    [InlineData("Tile = \"128x128\", {|MOE020:Stages = 4|}", "128x128x64 with 4 stages needs 131072", "at most 3 stages fit there")]
    [InlineData("Tile = \"64x256x32\", {|MOE020:Stages = 6|}", "64x256x32 with 6 stages needs 122880", "at most 4 stages fit there")]
    [InlineData("{|MOE020:Tile = \"128x128x128\"|}", "128x128x128 with 2 stages needs 131072", "the nearest tile that fits there is \"128x128x64\"")]
    [InlineData("{|MOE020:Tile = \"128x128x128\"|}, Stages = 2", "128x128x128 with 2 stages needs 131072", "the nearest tile that fits there is \"128x128x64\"")]
    public void Tile_is_refused_by_some_GPUs(string arguments, string found, string advice) => Reports(
        arguments,
        $"Tile {found} bytes of shared memory, but a block can have 101376 (99 KB) on compute capability 8.6, 8.9 and 12.x, which will refuse the layer because a pinned tile is its only one; {advice}");

    [Theory]
    [InlineData("Tile = \"128x128\", Stages = 3")]
    [InlineData("Tile = \"128x256\"")]
    [InlineData("Stages = 5")]
    [InlineData("NumExperts = 8")]
    public void A_portable_tile_and_the_ladder_are_fine(string arguments) => Reports(arguments);

    [Theory]
    [InlineData("IntermediateSize = 192, {|MOE021:Tile = \"64x256\"|}", "64x256x64 covers 256 columns of GEMM1 and IntermediateSize is 192, so 25%", "tile \"64x128\" leaves 0%")]
    [InlineData("Activation = Activation.Relu, IntermediateSize = 320, {|MOE021:Tile = \"64x256x64\"|}", "64x256x64 covers 512 columns of GEMM1 and IntermediateSize is 320, so 37%", "tile \"64x64x64\" leaves 0%")]
    [InlineData("HiddenSize = 8, {|MOE021:Tile = \"64x64\"|}", "64x64x64 covers 64 columns of GEMM2 and HiddenSize is 8, so 87%", "no other tile leaves less")]
    [InlineData("IntermediateSize = 160, {|MOE021:Tile = \"64x64x128\"|}", "64x64x128 covers 256 elements of depth of GEMM2 and IntermediateSize is 160, so 37%", "tile \"64x64x32\" leaves 0%")]
    public void Tile_is_padding_for_a_large_part(string arguments, string found, string advice) => Reports(
        arguments, $"Tile {found} of these products are padding; {advice}");

    [Theory]
    [InlineData("IntermediateSize = 14336, HiddenSize = 4096, Tile = \"128x256\"")]
    [InlineData("IntermediateSize = 2880, HiddenSize = 2880, Tile = \"128x128\"")]
    [InlineData("IntermediateSize = 192, HiddenSize = 192")]
    public void Little_padding_and_the_ladder_are_fine(string arguments) => Reports(arguments);

    [Fact]
    public void The_plan_of_a_pinned_tile() => Plan(
        "Dtype = Dtype.BF16, Tile = \"64x128\", TopK = 2",
        "Layer 'Layer' is BF16, Swiglu, Preselected; K = 2: tiles 64x128x64 (4 stages, 128 threads, 98304 bytes of shared memory, about 176 of at most 255 registers a thread); " +
        "kernels moe_gemm1_m64n128k64s4, moe_gemm2_m64n128k64s4, moe_route_small, moe_route_count, moe_route_scan, moe_route_place, moe_finalize, " +
        "moe_decode");

    [Fact]
    public void The_plan_without_GPU_kernels() => Plan(
        "Dtype = Dtype.FP32", "Layer 'Layer' is FP32, Swiglu, Preselected: the managed backend runs it and there are no GPU kernels");

    [Theory]
    [InlineData("Gemm2", "System.Half", ", Tile = \"64x64\"", "tiles 64x64x64 (4 stages, 128 threads, 65536 bytes of shared memory, about 144 of at most 168 registers a thread); kernels moe_gemm1_m64n64k64s4, ")]
    [InlineData("Gemm1", "float", ", Tile = \"64x64\"", "tiles 64x64x64 (4 stages, 128 threads, 65536 bytes of shared memory, about 144 of at most 168 registers a thread); kernels moe_gemm2_m64n64k64s4, ")]
    [InlineData("Gemm1", "float", "", "its own methods multiply; kernels ", "partial void Gemm2(in GroupedGemmArguments<System.Half, System.Half> arguments, CudaStream stream) { }")]
    public void The_plan_of_a_class_that_multiplies_itself(string method, string result, string arguments, string plan, string other = "")
    {
        GeneratorRun run = GeneratorHarness.Run(
            $"using MoeGen;\n[MoeConfig(Dtype = Dtype.FP16, Gemm = Gemm.Custom{arguments})] public partial class Layer {{ partial void {method}(in GroupedGemmArguments<System.Half, {result}> arguments, CudaStream stream) {{ }} {other} }}");
        Assert.Equal(
            $"Layer 'Layer' is FP16, Swiglu, Preselected, custom GEMM: {plan}moe_route_small, moe_route_count, moe_route_scan, moe_route_place, moe_permute, moe_apply_activation, moe_finalize",
            Assert.Single(AnalyzerHarness.AnalyzeWithPlan(run.Output), diagnostic => diagnostic.Id == "MOE022").GetMessage(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void The_plan_of_the_ladder_names_what_the_text_has()
    {
        (GeneratorRun run, Diagnostic plan) = PlanOf("Dtype = Dtype.FP16, Routing = RoutingMethod.SoftmaxTopK");
        string message = plan.GetMessage(CultureInfo.InvariantCulture);
        string[] kernels = message[(message.LastIndexOf("kernels ", StringComparison.Ordinal) + 8)..].Split(", ");
        string[] entries = [.. System.Text.RegularExpressions.Regex.Matches(run.Cuda!, @"^(?:extern ""C"" __global__ [^\n]*\n?[^\n]*?)?\b(moe_\w+)\(const __grid_constant__", System.Text.RegularExpressions.RegexOptions.Multiline).Select(match => match.Groups[1].Value)];
        Assert.Equal(entries.Order(StringComparer.Ordinal), kernels.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Dtype = Dtype.None")]
    [InlineData("Dtype = Dtype.Bf16")]
    public void There_is_no_plan_of_what_is_wrong(string arguments) =>
        Assert.DoesNotContain(AnalyzerHarness.AnalyzeWithPlan(GeneratorHarness.Run(Source(arguments)).Output), diagnostic => diagnostic.Id == "MOE022");

    private static void Reports(string arguments, params string[] messages) =>
        Assert.NotNull(DiagnosticAssert.Reports(Source($"Dtype = Dtype.BF16, {arguments}"), messages).Cuda);

    private static void Plan(string arguments, string message)
    {
        (GeneratorRun run, Diagnostic plan) = PlanOf(arguments);
        Assert.Equal(message, plan.GetMessage(CultureInfo.InvariantCulture));
        Assert.Equal(run.Source.IndexOf("MoeConfig", StringComparison.Ordinal), plan.Location.SourceSpan.Start);
        Assert.Equal("MoeConfig".Length, plan.Location.SourceSpan.Length);
    }

    private static (GeneratorRun Run, Diagnostic Plan) PlanOf(string arguments)
    {
        GeneratorRun run = GeneratorHarness.Run(Source(arguments));
        return (run, Assert.Single(AnalyzerHarness.AnalyzeWithPlan(run.Output), diagnostic => diagnostic.Id == "MOE022"));
    }

    private static string Source(string arguments) => $"using MoeGen;\n[MoeConfig({arguments})] public partial class Layer;";
}
