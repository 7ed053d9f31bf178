using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;
using MoeGen.Generators.Tests.Harness;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Tests.Planning;

/// <summary>Defaults, and how much is emitted.</summary>
public sealed class MoePlannerTests
{
    [Fact]
    public void Tile_left_out_gives_the_ladder_by_growing_M() => Assert.Equal(
        ["m16n128k64s3", "m32n128k64s3", "m64n128k64s4", "m80n128k64s3", "m128n128k64s3", "m128n256k64s3", "m160n128k64s3"],
        Samples.Model(new MoeSettings(Dtype.BF16)).Variants.Select(plan => plan.Name));

    [Fact]
    public void Stages_alone_apply_to_the_whole_ladder() => Assert.Equal(
        ["m16n128k64s2", "m32n128k64s2", "m64n128k64s2", "m80n128k64s2", "m128n128k64s2", "m128n256k64s2", "m160n128k64s2"],
        Samples.Model(new MoeSettings(Dtype.BF16, Stages: 2)).Variants.Select(plan => plan.Name));

    [Fact]
    public void A_pinned_tile_is_the_only_tile() => Assert.Equal(
        ["m64n256k32s6"],
        Samples.Model(new MoeSettings(Dtype.BF16, Tile: "64x256x32", Stages: 6)).Variants.Select(plan => plan.Name));

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("64x256x32", null, true)]
    [InlineData("16x64", Gemm.TensorCore, true)]
    [InlineData("16x64", Gemm.Custom, false)]
    [InlineData(null, Gemm.Custom, false)]
    [InlineData(null, Gemm.Cublas, false)]
    public void Kernels_for_few_tokens_stand_beside_every_tile_where_both_GEMMs_are_generated(string? tile, Gemm? gemm, bool decodes)
    {
        GemmMethod[] methods = gemm == Gemm.Custom ? [new("Gemm1", GemmSignature.Of("Gemm1", Dtype.BF16))] : [];
        MoeModel model = MoePlanner.Plan(new MoeDeclaration(
            new TypeModel("Samples", "Layer", "Samples.Layer", default, ClassForm.Partial, null, new(methods)), new MoeSettings(Dtype.BF16, Tile: tile, Gemm: gemm)));
        Assert.Equal((MoeOutput.Cuda, decodes), (model.Output, model.Decodes));
    }

    [Fact]
    public void Defaults_are_Swiglu_and_Preselected()
    {
        MoeModel model = Samples.Model(new MoeSettings(Dtype.FP16));
        Assert.Equal((Dtype.FP16, Activation.Swiglu, RoutingMethod.Preselected), (model.Dtype, model.Activation, model.Routing));
        Assert.Equal(MoeOutput.Cuda, model.Output);
    }

    [Fact]
    public void FP32_is_managed_and_has_no_variants()
    {
        MoeModel model = Samples.Model(new MoeSettings(Dtype.FP32));
        Assert.Equal(MoeOutput.Managed, model.Output);
        Assert.Empty(model.Variants);
    }

    [Fact]
    public void A_wrong_configuration_keeps_the_surface()
    {
        MoeModel model = Samples.Model(new MoeSettings((Dtype)99, (Activation)99, "99", 99, (RoutingMethod)99, TopK: 99));
        Assert.Equal((MoeOutput.Surface, Dtype.BF16, Activation.Swiglu, RoutingMethod.Preselected), (model.Output, model.Dtype, model.Activation, model.Routing));
        Assert.Empty(model.Variants);
        Assert.Equal(new StaticShape(), model.Shape);
    }

    [Fact]
    public void Constants_left_out_are_those_of_gpt_oss_and_sizes_are_given_at_run_time()
    {
        MoeModel model = Samples.Model(new MoeSettings(Dtype.BF16, Activation.SwigluOai, SwigluLimit: 5));
        Assert.Equal((new SwigluConstants(1.702f, 1f, 5f), new StaticShape()), (model.Swiglu, model.Shape));
    }

    [Fact]
    public void Stated_sizes_are_constants() => Assert.Equal(
        new StaticShape(8, 2, 4096, 14336),
        Samples.Model(new MoeSettings(Dtype.FP32, NumExperts: 8, TopK: 2, HiddenSize: 4096, IntermediateSize: 14336)).Shape);
}
