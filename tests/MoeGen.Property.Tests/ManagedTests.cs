namespace MoeGen.Property.Tests;

/// <summary>Random layers and hostile calls on the managed backend, against the naive layer.</summary>
public sealed class ManagedTests
{
    [Fact]
    public void Every_call_agrees_with_the_naive_layer()
    {
        RowCounts rows = default;
        LayerCases.Check(
            DeclarationGen.Managed,
            Budget.Managed,
            Budget.ManagedCalls,
            mostTokens: 40,
            (layer, call) => rows += layer.CheckManaged(call),
            nameof(Replay.Managed));
        TestContext.Current.SendDiagnosticMessage($"{Budget.Managed} layers, {Budget.ManagedCalls} calls each, {rows}");
        Assert.True(rows.Numbers > 10 * Budget.Managed && rows.Zeros > Budget.Managed && rows.NonFinite > Budget.Managed, rows.ToString());
    }
}
