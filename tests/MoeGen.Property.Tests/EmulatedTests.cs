using MoeGen.KernelEmulator.Tests;

namespace MoeGen.Property.Tests;

/// <summary>Random layers and hostile calls through the generated kernels, on the emulated device.</summary>
public sealed class EmulatedTests
{
    [Fact]
    public void Every_call_agrees_with_the_naive_layer_and_is_without_a_fault()
    {
        using (new EmulatedDevice())
        {
            // Skips the test where there is no compiler, before anything is generated.
        }

        RowCounts rows = default;
        LayerCases.Check(
            DeclarationGen.Emulated,
            Budget.Emulated,
            Budget.EmulatedCalls,
            mostTokens: 160,
            (layer, call) => rows += layer.CheckEmulated(call),
            nameof(Replay.Emulated));
        TestContext.Current.SendDiagnosticMessage($"{Budget.Emulated} layers, {Budget.EmulatedCalls} calls each, {rows}");
        Assert.True(rows.Numbers > 10 * Budget.Emulated, rows.ToString());
    }
}
