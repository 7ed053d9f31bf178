using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests;

/// <summary>The whole output for typical configurations. The output also compiles, without a warning.</summary>
public sealed partial class SnapshotTests
{
    [Fact]
    public void Bf16_Swiglu_PinnedTile() => Verify("Bf16SwigluPinnedTile", "MixtralMoe", """
        using MoeGen;

        namespace Samples;

        /// <summary>Documented by its author.</summary>
        [MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "128x128")]
        public partial class MixtralMoe;
        """);

    [Fact]
    public void Fp16_Silu_Ladder() => Verify("Fp16SiluLadder", "LadderMoe", """
        using MoeGen;

        [MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Silu)]
        public partial class LadderMoe;
        """);

    [Fact]
    public void Bf16_Gelu_SoftmaxTopK() => Verify("Bf16GeluSoftmaxTopK", "RoutedMoe", """
        using MoeGen;

        namespace Samples.Routed
        {
            [MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Gelu, Tile = "64x128x64", Routing = RoutingMethod.SoftmaxTopK)]
            internal sealed partial class RoutedMoe
            {
            }
        }
        """);

    [Fact]
    public void Fp16_Relu_SoftmaxTopKRenormalized_Nested() => Verify("Fp16ReluNested", "ReluMoe", """
        using MoeGen;

        namespace Samples.@namespace;

        /// <summary>A type around the layer.</summary>
        public static partial class Models
        {
            /// <summary>Another one.</summary>
            public partial record struct @record
            {
                [MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu, Tile = "16x128", Routing = RoutingMethod.SoftmaxTopKRenormalized)]
                public partial class ReluMoe;
            }
        }
        """);

    [Fact]
    public void Fp16_Geglu_CustomGemm() => Verify("Fp16GegluCustomGemm", "PluggedMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Geglu, Tile = "64x64", Gemm = Gemm.Custom)]
        public partial class PluggedMoe
        {
            partial void Gemm2(in GroupedGemmArguments<System.Half, System.Half> arguments, CudaStream stream)
            {
            }
        }
        """);

    [Fact]
    public void Bf16_Swiglu_CustomGemm1_Ladder() => Verify("Bf16SwigluCustomGemm1", "OwnGemm1Moe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Gemm = Gemm.Custom)]
        public partial class OwnGemm1Moe
        {
            partial void Gemm1(in GroupedGemmArguments<BFloat16, float> arguments, CudaStream stream)
            {
            }
        }
        """);

    [Fact]
    public void Fp16_Relu_CustomGemms() => Verify("Fp16ReluCustomGemms", "OwnGemmsMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu, Gemm = Gemm.Custom, Routing = RoutingMethod.SoftmaxTopK)]
        public partial class OwnGemmsMoe
        {
            partial void Gemm1(in GroupedGemmArguments<System.Half, float> arguments, CudaStream stream)
            {
            }

            partial void Gemm2(in GroupedGemmArguments<System.Half, System.Half> arguments, CudaStream stream)
            {
            }
        }
        """);

    [Fact]
    public void Bf16_Swiglu_Cublas() => Verify("Bf16SwigluCublas", "CublasMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Gemm = Gemm.Cublas)]
        public partial class CublasMoe;
        """);

    [Fact]
    public void Bf16_Swiglu_PinnedStages() => Verify("Bf16SwigluPinnedStages", "DeepMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.BF16, Tile = "64x256x32", Stages = 6)]
        public partial class DeepMoe;
        """);

    [Fact]
    public void Fp32_Swiglu_Managed() => Verify("Fp32Swiglu", "ReferenceMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.FP32)]
        public partial class ReferenceMoe;
        """);

    [Fact]
    public void Bf16_Swiglu_Mixtral_with_all_sizes() => Verify("Bf16MixtralSizes", "Mixtral8x7BMoe", """
        using MoeGen;

        namespace Samples.Sized;

        [MoeConfig(
            Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized,
            NumExperts = 8, TopK = 2, HiddenSize = 4096, IntermediateSize = 14336)]
        public sealed partial class Mixtral8x7BMoe;
        """);

    [Fact]
    public void Bf16_SwigluOai_gpt_oss() => Verify("Bf16GptOss", "GptOssMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(
            Dtype = Dtype.BF16, Activation = Activation.SwigluOai, SwigluAlpha = 1.702f, SwigluBeta = 1, SwigluLimit = 7,
            NumExperts = 32, TopK = 4, HiddenSize = 2880, IntermediateSize = 2880,
            Tile = "128x128", Routing = RoutingMethod.SoftmaxTopKRenormalized)]
        public partial class GptOssMoe;
        """);

    [Fact]
    public void Fp16_SwigluOai_OtherConstants() => Verify("Fp16SwigluOaiConstants", "OaiMoe", """
        using MoeGen;

        internal static partial class Variants
        {
            [MoeConfig(Dtype = Dtype.FP16, Activation = Activation.SwigluOai, SwigluAlpha = 1.1f, SwigluBeta = 0, Tile = "64x64", Stages = 3)]
            internal partial class OaiMoe;
        }
        """);

    [Fact]
    public void Fp16_SwigluStep_Limit() => Verify("Fp16SwigluStep", "StepMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.FP16, Activation = Activation.SwigluStep, SwigluLimit = 2.5f, Tile = "64x128")]
        public partial class StepMoe;
        """);

    [Fact]
    public void Fp16_Geglu_FlatTile() => Verify("Fp16Geglu", "GegluMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Geglu, Tile = "32x256")]
        public partial class GegluMoe;
        """);

    [Fact]
    public void Bf16_GegluTanh_LargestTile() => Verify("Bf16GegluTanh", "GegluTanhMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.BF16, Activation = Activation.GegluTanh, Tile = "128x256")]
        public partial class GegluTanhMoe;
        """);

    [Fact]
    public void Fp16_GeluTanh_SoftmaxTopK() => Verify("Fp16GeluTanhSoftmaxTopK", "GeluTanhMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.FP16, Activation = Activation.GeluTanh, Tile = "256x64", Routing = RoutingMethod.SoftmaxTopK, NumExperts = 60)]
        public partial class GeluTanhMoe;
        """);

    [Fact]
    public void Bf16_Relu2_HiddenSize() => Verify("Bf16Relu2HiddenSize", "Relu2Moe", """
        using MoeGen;

        [MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu2, Tile = "128x64x128", HiddenSize = 2688)]
        public partial class Relu2Moe;
        """);

    [Fact]
    public void Fp16_Identity_TopK() => Verify("Fp16IdentityTopK", "IdentityMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Identity, Tile = "16x64", TopK = 1, IntermediateSize = 1408)]
        public partial class IdentityMoe;
        """);

    [Fact]
    public void Fp32_SwigluOai_Managed_with_sizes() => Verify("Fp32SwigluOai", "ReferenceGptOssMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(
            Dtype = Dtype.FP32, Activation = Activation.SwigluOai, SwigluLimit = 5, Routing = RoutingMethod.SoftmaxTopKRenormalized,
            NumExperts = 4, TopK = 2, HiddenSize = 64, IntermediateSize = 64)]
        public partial class ReferenceGptOssMoe;
        """);

    [Fact]
    public void Bf16_SigmoidGroupedTopK_DeepSeek() => Verify("Bf16SigmoidGroupedTopK", "DeepSeekMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.BF16, Routing = RoutingMethod.SigmoidGroupedTopK, HiddenSize = 7168, IntermediateSize = 2048)]
        public partial class DeepSeekMoe;
        """);

    [Fact]
    public void Bf16_SparseMixer() => Verify("Bf16SparseMixer", "SparseMixerMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.BF16, Tile = "64x128", Routing = RoutingMethod.SparseMixer, NumExperts = 16, TopK = 2)]
        public partial class SparseMixerMoe;
        """);

    [Fact]
    public void Fp16_TopKSigmoidInput() => Verify("Fp16TopKSigmoidInput", "LlamaMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.FP16, Routing = RoutingMethod.TopKSigmoidInput)]
        public partial class LlamaMoe;
        """);

    [Fact]
    public void Bf16_TopKSigmoidInput_Cublas() => Verify("Bf16TopKSigmoidInputCublas", "CublasLlamaMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.BF16, Gemm = Gemm.Cublas, Routing = RoutingMethod.TopKSigmoidInput)]
        public partial class CublasLlamaMoe;
        """);

    [Fact]
    public void Fp16_SigmoidTopK() => Verify("Fp16SigmoidTopK", "SigmoidMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.FP16, Tile = "32x128", Routing = RoutingMethod.SigmoidTopK)]
        public partial class SigmoidMoe;
        """);

    [Fact]
    public void Bf16_SoftmaxGroupedTopK() => Verify("Bf16SoftmaxGroupedTopK", "GroupedMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.BF16, Tile = "128x128", Routing = RoutingMethod.SoftmaxGroupedTopK)]
        public partial class GroupedMoe;
        """);

    [Fact]
    public void Fp16_SqrtSoftplusTopK() => Verify("Fp16SqrtSoftplusTopK", "SoftplusMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.FP16, Tile = "16x128", Routing = RoutingMethod.SqrtSoftplusTopK)]
        public partial class SoftplusMoe;
        """);

    [Fact]
    public void Bf16_TopKSoftmax() => Verify("Bf16TopKSoftmax", "ChosenSoftmaxMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.BF16, Tile = "64x64", Routing = RoutingMethod.TopKSoftmax)]
        public partial class ChosenSoftmaxMoe;
        """);

    private static void Verify(string folder, string name, string source)
    {
        GeneratorRun run = GeneratorHarness.Run(source).AssertClean();
        string version = $"\"MoeGen\", \"{typeof(MoeGenerator).Assembly.GetName().Version!.ToString(3)}\"";
        string surface = run.Surface.Replace(version, "\"MoeGen\", \"VERSION\"", StringComparison.Ordinal);

        // Both are compared before the test fails, so that one run leaves every received file.
        Assert.Multiple(
            () => Snapshot.Match(surface, folder, $"{name}.g", "cs"),
            () => Snapshot.Match(run.Cuda ?? "", folder, name, "cu"));
    }
}
