using MoeGen.CodeFixes;

namespace MoeGen.Generators.Tests.CodeFixes;

public sealed class SetArgumentTests
{
    [Theory]
    [InlineData("MOE003", "128X128", "128x128")]
    [InlineData("MOE003", "128 x 64 x 32", "128x64x32")]
    [InlineData("MOE003", "128", "128x128")]
    [InlineData("MOE003", "", "128x128")]
    [InlineData("MOE003", "128x128x64x2", "128x128")]
    [InlineData("MOE003", "99999999999x1", "256x64")]
    [InlineData("MOE004", "8x128", "16x128")]
    [InlineData("MOE004", "100x128", "80x128")]
    [InlineData("MOE004", "128x512", "128x256")]
    [InlineData("MOE004", "128x128x16", "128x128x32")]
    [InlineData("MOE004", "16x64x128", "16x64x64")]
    [InlineData("MOE006", "256x128x128", "160x128x128")]
    [InlineData("MOE007", "256x256", "128x256")]
    [InlineData("MOE020", "128x128x128", "128x128x64")]
    public Task Tile_is_set_to_the_nearest(string id, string found, string nearest) => Run(
        $"{{|{id}:Tile = \"{found}\"|}}", $"Tile = \"{nearest}\"", warnsOfSmallGpus: id == "MOE020");

    [Theory]
    [InlineData("MOE005", "Tile = \"64x64\"", "9", "8")]
    [InlineData("MOE005", "Tile = \"128x128\"", "9", "5")]
    [InlineData("MOE005", "Routing = RoutingMethod.SoftmaxTopK", "1000", "5")]
    [InlineData("MOE005", "Tile = \"64x64\"", "-1", "2")]
    [InlineData("MOE006", "Tile = \"128x128\"", "6", "5")]
    [InlineData("MOE006", "Routing = RoutingMethod.SoftmaxTopK", "8", "5")]
    [InlineData("MOE020", "Tile = \"128x128\"", "4", "3")]
    public Task Stages_are_set_to_what_fits(string id, string other, string found, string fitting) => Run(
        $"{other}, {{|{id}:Stages = {found}|}}", $"{other}, Stages = {fitting}", warnsOfSmallGpus: id == "MOE020");

    [Fact]
    public Task A_tile_allows_the_stages_that_are_stated() => Run(
        "{|MOE004:{|MOE004:{|MOE004:Tile = \"100x100x100\"|}|}|}, Stages = 8", "Tile = \"80x64x64\", Stages = 8");

    [Fact]
    public Task A_tile_that_is_wrong_thrice_is_set_once() => Run(
        "{|MOE004:{|MOE004:{|MOE004:Tile = \"1x2x3\"|}|}|}", "Tile = \"16x64x32\"");

    [Fact]
    public Task Padding_is_reduced() => Run(
        "IntermediateSize = 192, {|MOE021:Tile = \"64x256\"|}", "IntermediateSize = 192, Tile = \"64x128\"");

    [Fact]
    public Task A_constant_is_replaced_by_its_value() => Run(
        "{|MOE004:Tile = Layer.Wide|}", "Tile = \"128x256\"");

    [Fact]
    public Task All_of_a_document() => FixTest<SetArgumentCodeFix>.Run(
        """
        using MoeGen;

        [MoeConfig(Dtype = Dtype.BF16, {|MOE003:Tile = "big"|})]
        public partial class First;

        [MoeConfig(
            Dtype = Dtype.FP16, // Kept.
            {|MOE004:{|MOE004:Tile = "8x32"|}|})] // Kept too.
        public partial class Second;
        """,
        """
        using MoeGen;

        [MoeConfig(Dtype = Dtype.BF16, Tile = "128x128")]
        public partial class First;

        [MoeConfig(
            Dtype = Dtype.FP16, // Kept.
            Tile = "16x64")] // Kept too.
        public partial class Second;
        """);

    // What fits the GPUs with most shared memory may be too much for others, which is told apart from it.
    private static Task Run(string marked, string expected, bool warnsOfSmallGpus = false)
    {
        return FixTest<SetArgumentCodeFix>.Run(Source(marked), Source(expected));

        string Source(string arguments) =>
            $$"""
            using MoeGen;
            {{(warnsOfSmallGpus ? "" : "#pragma warning disable MOE020")}}

            [MoeConfig(Dtype = Dtype.BF16, {{arguments}})]
            public partial class Layer
            {
                private const string Wide = "128x250";
            }
            """;
    }
}
