namespace MoeGen.Generators.Tests.Rules;

/// <summary>Sizes as compile-time constants: each by itself, and K against E.</summary>
public sealed class ShapeRuleTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-8)]
    [InlineData(1025)]
    public void NumExperts_out_of_range(int found) => Reports(
        "MOE013", $"NumExperts = {found}",
        $"NumExperts is {found}; allowed are 1 to 1024, because routing gives each expert one thread of a block; leave it out to give it at run time");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(33)]
    public void TopK_out_of_range(int found) => Reports(
        "MOE014", $"TopK = {found}",
        $"TopK is {found}; allowed are 1 to 32, because each lane of a warp keeps one of a token's experts; leave it out to give it at run time");

    [Theory]
    [InlineData("SoftmaxTopK")]
    [InlineData("SoftmaxTopKRenormalized")]
    [InlineData("SigmoidGroupedTopK")]
    [InlineData("TopKSigmoidInput")]
    public void TopK_beyond_NumExperts_where_the_layer_routes(string routing) => ArgumentRuleTests.Reports(
        $"[MoeConfig(Dtype = Dtype.BF16, Routing = RoutingMethod.{routing}, NumExperts = 8, {{|MOE015:TopK = 9|}})]",
        $"TopK is 9 and NumExperts is 8; with Routing {routing} at most 8 are allowed, because a token's experts are all different (with Preselected ids may repeat)");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_sparse_mixer_chooses_two(int found) => ArgumentRuleTests.Reports(
        $"[MoeConfig(Dtype = Dtype.BF16, Routing = RoutingMethod.SparseMixer, NumExperts = 16, {{|MOE014:TopK = {found}|}})]",
        $"TopK is {found}; allowed are 2 with Routing SparseMixer, because it chooses one expert in each of two rounds; leave it out to give it at run time");

    [Theory]
    [InlineData("Routing = RoutingMethod.SparseMixer, NumExperts = 16, TopK = 2")]
    [InlineData("NumExperts = 2, TopK = 4")]
    [InlineData("Routing = RoutingMethod.Preselected, NumExperts = 1, TopK = 32")]
    [InlineData("Routing = RoutingMethod.SoftmaxTopK, NumExperts = 32, TopK = 32")]
    [InlineData("Routing = RoutingMethod.SoftmaxTopK, TopK = 32")]
    [InlineData("NumExperts = 1024, HiddenSize = 8, IntermediateSize = 536870912")]
    public void Allowed(string arguments) => ArgumentRuleTests.Reports($"[MoeConfig(Dtype = Dtype.BF16, {arguments})]");

    [Fact]
    public void NumExperts_out_of_range_is_not_compared_with_TopK() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, Routing = RoutingMethod.SoftmaxTopK, {|MOE013:NumExperts = 0|}, TopK = 4)]",
        "NumExperts is 0; allowed are 1 to 1024, because routing gives each expert one thread of a block; leave it out to give it at run time");

    [Theory]
    [InlineData("HiddenSize", 0)]
    [InlineData("HiddenSize", -8)]
    [InlineData("HiddenSize", 4)]
    [InlineData("HiddenSize", 2881)]
    [InlineData("IntermediateSize", 100)]
    [InlineData("IntermediateSize", 1073741832)]
    public void Size_unsupported(string name, int found) => Reports(
        "MOE016", $"{name} = {found}",
        $"{name} is {found}; allowed are multiples of 8 from 8 to 536870912 (2^29), because rows are copied 8 elements (16 bytes) at a time and indexed in 32 bits; leave it out to give it at run time");

    [Fact]
    public void Sizes_are_allowed_and_checked_with_FP32() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.FP32, NumExperts = 8, TopK = 2, HiddenSize = 64, {|MOE016:IntermediateSize = 7|})]",
        "IntermediateSize is 7; allowed are multiples of 8 from 8 to 536870912 (2^29), because rows are copied 8 elements (16 bytes) at a time and indexed in 32 bits; leave it out to give it at run time");

    private static void Reports(string id, string argument, string message) =>
        ArgumentRuleTests.Reports($"[MoeConfig(Dtype = Dtype.BF16, {{|{id}:{argument}|}})]", message);
}
