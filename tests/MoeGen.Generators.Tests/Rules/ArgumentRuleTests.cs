using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Rules;

/// <summary>Wrong enum arguments and options without effect: each is the only entry in the list, at the argument.</summary>
public sealed class ArgumentRuleTests
{
    [Fact]
    public void Dtype_left_out_is_reported_at_the_attribute() => Reports(
        "[{|MOE001:MoeConfig|}]",
        "Dtype is left out; state one of BF16, FP16, FP32, INT8, because the bytes of the weights follow from it and no default would be safe");

    [Fact]
    public void Dtype_left_out_beside_other_arguments() => Reports(
        "[{|MOE001:MoeConfig(Activation = Activation.Relu)|}]",
        "Dtype is left out; state one of BF16, FP16, FP32, INT8, because the bytes of the weights follow from it and no default would be safe");

    [Fact]
    public void Dtype_none() => Reports(
        "[MoeConfig({|MOE001:Dtype = Dtype.None|})]",
        "Dtype is None; state one of BF16, FP16, FP32, INT8, because the bytes of the weights follow from it and no default would be safe");

    [Fact]
    public void Dtype_undefined() => Reports(
        "[MoeConfig({|MOE002:Dtype = (Dtype)42|})]",
        "Dtype is 42, which has no implementation; state one of BF16, FP16, FP32, INT8");

    [Fact]
    public void Activation_undefined() => Reports(
        "[MoeConfig(Dtype = Dtype.BF16, {|MOE002:Activation = (Activation)(-1)|})]",
        "Activation is -1, which has no implementation; state one of Swiglu, Silu, Gelu, Relu, Geglu, GegluTanh, SwigluOai, SwigluStep, GeluTanh, Relu2, Identity");

    [Fact]
    public void Routing_undefined() => Reports(
        "[MoeConfig(Dtype = Dtype.BF16, {|MOE002:Routing = (RoutingMethod)99|})]",
        "Routing is 99, which has no implementation; state one of Preselected, SoftmaxTopK, SoftmaxTopKRenormalized, TopKSoftmax, SigmoidTopK, SigmoidGroupedTopK, SoftmaxGroupedTopK, SqrtSoftplusTopK, TopKSigmoidInput, SparseMixer");

    [Fact]
    public void Tile_and_stages_have_no_effect_with_FP32() => Reports(
        "[MoeConfig(Dtype = Dtype.FP32, {|MOE012:Tile = \"128x128\"|}, {|MOE012:Stages = 3|})]",
        "Tile has no effect with Dtype FP32, which runs on the managed backend and has no GPU kernels; leave Tile out, or state Dtype BF16 or FP16",
        "Stages has no effect with Dtype FP32, which runs on the managed backend and has no GPU kernels; leave Stages out, or state Dtype BF16 or FP16");

    [Fact]
    public void A_wrong_tile_with_FP32_is_reported_once() => Reports(
        "[MoeConfig(Dtype = Dtype.FP32, {|MOE012:Tile = \"big\"|})]",
        "Tile has no effect with Dtype FP32, which runs on the managed backend and has no GPU kernels; leave Tile out, or state Dtype BF16 or FP16");

    [Fact]
    public void Several_arguments_are_reported_each() => Reports(
        "[MoeConfig({|MOE001:Dtype = Dtype.None|}, {|MOE003:Tile = \"128\"|}, {|MOE005:Stages = 1|})]",
        "Dtype is None; state one of BF16, FP16, FP32, INT8, because the bytes of the weights follow from it and no default would be safe",
        "Tile \"128\" is not of the form \"MxN\" or \"MxNxK\": found no 'x' between numbers; write for instance \"128x128\" or \"64x128x64\", rows x accumulator columns x depth of a stage",
        "Stages is 1; allowed are 2 to 8, because one stage is filled while another is read and more than 8 hide no further latency");

    [Fact]
    public void An_argument_that_does_not_compile_is_the_compilers_alone() => Reports(
        "[MoeConfig(Dtype = Dtype.{|CS0117:BF61|})]", "'Dtype' does not contain a definition for 'BF61'");

    [Fact]
    public void A_tile_of_a_wrong_type_is_the_compilers_alone() => Reports(
        "[MoeConfig(Dtype = Dtype.BF16, Tile = {|CS0029:128|})]", "Cannot implicitly convert type 'int' to 'string'");

    private static string Weights(string attribute)
    {
        bool isQuantized = attribute.Contains("Dtype = Dtype.INT8", StringComparison.Ordinal)
            || System.Text.RegularExpressions.Regex.IsMatch(attribute, "WeightFormat[.](Int|Mx)") && !attribute.Contains("Dtype = Dtype.FP32", StringComparison.Ordinal);
        string element = attribute.Contains("Dtype = Dtype.FP32", StringComparison.Ordinal) && !attribute.Contains("OutputDtype = Dtype.FP32", StringComparison.Ordinal) ? "float"
            : attribute.Contains("Dtype.FP16", StringComparison.Ordinal) ? "System.Half" : "BFloat16";
        return $"{(isQuantized ? "Quantized" : "")}MoeWeights<{element}>";
    }

    // The class is used, so that a missing C# surface would show as further errors.
    internal static void Reports(string attribute, params string[] messages) => DiagnosticAssert.Reports(
        $$"""
        using MoeGen;

        {{attribute}}
        public partial class Layer;

        internal static class User
        {
            public static Layer Make(ManagedBackend backend, {{Weights(attribute)}} weights) => new(backend, weights);

            public static MoeDescriptor Plan() => Layer.Descriptor;

            public static int Text() => Layer.CudaSource.Length;
        }
        """, messages);
}
