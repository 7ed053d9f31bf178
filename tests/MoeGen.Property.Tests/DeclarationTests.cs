namespace MoeGen.Property.Tests;

/// <summary>Random declarations through generator, planner and compiler.</summary>
public sealed class DeclarationTests
{
    [Fact]
    public void Every_declaration_compiles_or_says_what_is_wrong()
    {
        int right = 0, wrong = 0, broken = 0;
        SortedSet<string> seen = new(StringComparer.Ordinal);
        Cases.Check(DeclarationGen.Any, Budget.Declarations, declaration =>
        {
            IReadOnlySet<string>? expected = declaration.IsReadable ? ExpectedIds.Of(declaration) : null;
            DeclarationCheck.Run(declaration.ToString(), expected);
            seen.UnionWith(expected ?? new HashSet<string>());
            _ = expected is null ? broken++ : expected.Count == 0 ? right++ : wrong++;
        }, Print);

        TestContext.Current.SendDiagnosticMessage($"{right} right, {wrong} wrong and {broken} broken declarations; ids {string.Join(' ', seen)}");
        Assert.True(right >= Budget.Declarations / 5 && wrong >= Budget.Declarations / 5 && broken > 0, $"{right} right, {wrong} wrong, {broken} broken");
        Assert.True(seen.Count == 19, string.Join(' ', seen));
    }

    internal static string Print(Declaration declaration) => declaration.IsReadable
        ? PastedTest.Write(nameof(Replay.Declaration), declaration.ToString(), ExpectedIds.Of(declaration).Select(id => $"\"{id}\""))
        : PastedTest.Write(nameof(Replay.BrokenDeclaration), declaration.ToString());
}
