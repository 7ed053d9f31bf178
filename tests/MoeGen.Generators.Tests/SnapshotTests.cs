using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests;

/// <summary>The whole output for typical configurations. The output also compiles, without a warning.</summary>
public sealed class SnapshotTests
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
