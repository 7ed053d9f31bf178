using MoeGen.Cli.Layers;

namespace MoeGen.Cli.Tests;

/// <summary>The classes that the tool is generated with.</summary>
public sealed class LayerCatalogTests
{
    [Theory]
    [InlineData(Dtype.BF16)]
    [InlineData(Dtype.FP16)]
    [InlineData(Dtype.FP32)]
    public void Every_router_of_the_families_has_its_class(Dtype dtype)
    {
        foreach (RoutingMethod routing in Enum.GetValues<RoutingMethod>().Except([RoutingMethod.Preselected, RoutingMethod.SqrtSoftplusTopK]))
        {
            MoeDescriptor found = LayerCatalog.Find(dtype, Activation.Swiglu, routing).Descriptor;
            Assert.Equal((dtype, Activation.Swiglu, routing), (found.Dtype, found.Activation, found.Routing));
        }

        Assert.Equal(RoutingMethod.TopKSoftmax, LayerCatalog.Find(dtype, Activation.SwigluOai, RoutingMethod.TopKSoftmax).Descriptor.Routing);
    }

    [Theory]
    [InlineData(Dtype.BF16)]
    [InlineData(Dtype.FP16)]
    public void Every_activation_has_a_class_to_time(Dtype dtype) =>
        Assert.All(Enum.GetValues<Activation>(), activation => Assert.True(LayerCatalog.Find(dtype, activation, RoutingMethod.Preselected).Descriptor.Decodes));

    [Theory]
    [InlineData(Dtype.BF16)]
    [InlineData(Dtype.FP16)]
    public void Every_form_of_codes_has_a_class_for_each_recorded_family(Dtype dtype)
    {
        LayerFormat[] formats =
        [
            new(WeightFormat.Int8PerChannel, 0, false, true),
            new(WeightFormat.Int8PerChannel, 0, false, false),
            .. from size in new[] { 32, 64, 128 } from zeroPoints in new[] { false, true } select new LayerFormat(WeightFormat.Int4Group, size, zeroPoints, false),
        ];
        foreach (LayerFormat format in formats)
        {
            Assert.All(
                [RoutingMethod.SoftmaxTopK, RoutingMethod.SoftmaxTopKRenormalized, RoutingMethod.SigmoidGroupedTopK],
                routing => Assert.NotNull(CodedCatalog.Find(dtype, Activation.Swiglu, routing, format)));
            Assert.NotNull(CodedCatalog.Find(dtype, Activation.SwigluOai, RoutingMethod.TopKSoftmax, format));
        }

        Assert.NotNull(CodedCatalog.Find(dtype, Activation.SwigluOai, RoutingMethod.TopKSoftmax, new LayerFormat(WeightFormat.Mxfp4, 0, false, false)));
        Assert.Null(CodedCatalog.Find(dtype, Activation.Swiglu, RoutingMethod.SparseMixer, formats[0]));
    }

    [Fact]
    public void No_two_are_the_same() => Assert.Distinct(LayerCatalog.All.Concat(CodedCatalog.All)
        .Select(kind => (kind.Descriptor.Dtype, kind.Descriptor.Activation, kind.Descriptor.Routing, LayerFormat.Of(kind.Descriptor))));

    [Fact]
    public void What_is_missing_is_said_with_what_there_is()
    {
        BadInputException missing = Assert.Throws<BadInputException>(() => LayerCatalog.Find(Dtype.FP32, Activation.Relu, RoutingMethod.SparseMixer));
        Assert.Contains("FP32 with Relu and SparseMixer", missing.Message, StringComparison.Ordinal);
        Assert.Contains("BF16 SwigluOai TopKSoftmax", missing.Message, StringComparison.Ordinal);
    }
}
