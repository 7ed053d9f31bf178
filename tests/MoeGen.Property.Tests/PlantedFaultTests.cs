using System.Text;
using MoeGen.KernelEmulator;
using MoeGen.KernelEmulator.Tests;

namespace MoeGen.Property.Tests;

/// <summary>The properties can fail: a planted mistake is found, made smaller and printed as a test that runs.</summary>
public sealed class PlantedFaultTests
{
    [Fact]
    public void Wrong_rule_is_found()
    {
        // As if any number of stages were allowed.
        PropertyException found = Assert.Throws<PropertyException>(() => Cases.Check(
            DeclarationGen.Any,
            400,
            declaration => DeclarationCheck.Run(
                declaration.ToString(), declaration.IsReadable ? ExpectedIds.Of(declaration).Where(id => id != "MOE005").ToHashSet() : null),
            DeclarationTests.Print,
            shrinkSeconds: 3));
        Assert.Contains("Set seed: ", found.Message, StringComparison.Ordinal);
        string test = PastedCode.Find(found.Message);
        Assert.Contains("Stages = ", test, StringComparison.Ordinal);
        Assert.Contains("\"MOE005\"", test, StringComparison.Ordinal);
        PastedCode.Run(test);
    }

    [Theory]
    [InlineData("for (int k = 0; k < kFinalizeRows; ++k) {", "for (int k = 1; k < kFinalizeRows; ++k) {", "the emulated kernels: ")]
    [InlineData("valid >> k & 1 ? k : __ffs(valid) - 1", "k", "(UninitializedRead|OutOfBounds) in moe_finalize")]
    public void Wrong_kernel_is_found(string text, string mistake, string expected)
    {
        using (new EmulatedDevice())
        {
            // Skips the test where there is no compiler.
        }

        MoeCudaOptions options = EmulatedKernelCompiler.Options(source =>
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(source).Replace(text, mistake, StringComparison.Ordinal)));
        PropertyException found = Assert.Throws<PropertyException>(() => LayerCases.Check(
            DeclarationGen.Emulated,
            10,
            calls: 10,
            mostTokens: 20,
            (layer, call) => layer.CheckEmulated(call, options),
            nameof(Replay.Emulated),
            shrinkSeconds: 1));
        Assert.Matches(expected, found.Message);

        // The test has the whole case; without the mistake it passes.
        string test = PastedCode.Find(found.Message);
        Assert.Contains("Replay.Emulated(", test, StringComparison.Ordinal);
        Assert.Matches("MoeConfig(Attribute)?\\(.*Tile = ", test);
        Assert.Contains("Fc1Layout.", test, StringComparison.Ordinal);
        PastedCode.Run(test);
    }

    [Fact]
    public void Case_comes_again_from_its_seed()
    {
        (Declaration value, string seed) = Cases.Get(DeclarationGen.Any, 17);
        Declaration again = DeclarationGen.Any.Generate(CsCheck.PCG.Parse(seed), null, out _);
        Assert.Equal(value.ToString(), again.ToString());
        Assert.NotEqual(value.ToString(), Cases.Get(DeclarationGen.Any, 18).Value.ToString());
    }

    [Fact]
    public void Calls_print_every_value()
    {
        var call = new LayerCall(1, 2, 3, 8, 8, Fc1Layout.Plain, 4)
        {
            Map = [0, int.MinValue], Ids = [-1, 0, int.MaxValue], Scales = [float.NaN, -0f, 0.1f], BadInputs = [new(0, 7, float.NegativeInfinity)],
        };
        string code = call.Code;
        Assert.Contains("Map = [0, -2147483648]", code, StringComparison.Ordinal);
        Assert.Contains("Ids = [-1, 0, 2147483647]", code, StringComparison.Ordinal);
        Assert.Contains("Scales = [float.NaN, -0f, 0.1f]", code, StringComparison.Ordinal);
        Assert.Contains("BadInputs = [new(0, 7, float.NegativeInfinity)]", code, StringComparison.Ordinal);
    }
}
