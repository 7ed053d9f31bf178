namespace MoeGen.Generators.Tests.Harness;

/// <summary>The assertion itself: it must fail, and print what to paste.</summary>
public sealed class DiagnosticAssertTests
{
    private const string Message =
        "TopK is 99; allowed are 1 to 32, because each lane of a warp keeps one of a token's experts; leave it out to give it at run time";

    [Fact]
    public void What_is_not_asserted_is_printed_as_markup_and_message()
    {
        Exception failure = Assert.ThrowsAny<Exception>(() => DiagnosticAssert.Reports(Source("TopK = 99")));
        Assert.Contains("{|MOE014:TopK = 99|}", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"\"{Message}\"", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{|MOE014:TopK = 3|}", Message)]
    [InlineData("{|MOE013:TopK = 99|}", Message)]
    [InlineData("{|MOE014:TopK|} = 99", Message)]
    [InlineData("{|MOE014:TopK = 99|}", "TopK is 99")]
    [InlineData("{|MOE014:TopK = 99|}")]
    public void Another_id_place_or_message_fails(string argument, params string[] messages) =>
        Assert.ThrowsAny<Exception>(() => DiagnosticAssert.Reports(Source(argument), messages));

    private static string Source(string argument) => $"using MoeGen;\n[MoeConfig(Dtype = Dtype.FP32, {argument})] public partial class Layer;";
}
