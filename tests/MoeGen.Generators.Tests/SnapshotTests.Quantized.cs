namespace MoeGen.Generators.Tests;

/// <content>Layers over quantised weights.</content>
public sealed partial class SnapshotTests
{
    [Fact]
    public void Int8_Swiglu_Ladder() => Verify("Int8SwigluLadder", "QuantizedMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.INT8)]
        public partial class QuantizedMoe;
        """);

    [Fact]
    public void Int8_Fp16_Silu_TopKSigmoidInput_PinnedTile() => Verify("Int8Fp16SiluTopKSigmoidInput", "QuantizedRoutedMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.FP16, Activation = Activation.Silu, Tile = "128x128", Routing = RoutingMethod.TopKSigmoidInput)]
        public partial class QuantizedRoutedMoe;
        """);

    [Fact]
    public void Bf16_Swiglu_Int8Weights_Ladder() => Verify("Bf16SwigluInt8Weights", "Int8WeightsMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int8PerChannel)]
        public partial class Int8WeightsMoe;
        """);

    [Fact]
    public void Fp16_Swiglu_Int4Group_ZeroPoints_Ladder() => Verify("Fp16SwigluInt4ZeroPoints", "Int4WeightsMoe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 64, ZeroPoints = true)]
        public partial class Int4WeightsMoe;
        """);

    [Fact]
    public void Bf16_gpt_oss_Mxfp4() => Verify("Bf16GptOssMxfp4", "GptOssMxfp4Moe", """
        using MoeGen;

        namespace Samples;

        [MoeConfig(
            Dtype = Dtype.BF16, Activation = Activation.SwigluOai, Weights = WeightFormat.Mxfp4, Routing = RoutingMethod.TopKSoftmax,
            NumExperts = 128, TopK = 4, HiddenSize = 2880, IntermediateSize = 2880)]
        public partial class GptOssMxfp4Moe;
        """);
}
