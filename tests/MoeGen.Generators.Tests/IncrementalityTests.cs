using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests;

/// <summary>What runs again after an edit, by the reasons that the compiler records for each step, outputs included.</summary>
public sealed class IncrementalityTests
{
    private const string First = "using MoeGen;\n[MoeConfig(Dtype = Dtype.BF16, Tile = \"64x64\")] public partial class First;";
    private const string Second = "using MoeGen;\n[MoeConfig(Dtype = Dtype.FP16, Tile = \"64x64\")] public partial class Second;";
    private const string Third = "using MoeGen;\n[MoeConfig(Dtype = Dtype.FP16, Tile = \"32x64\")] public partial class Third;";

    // The same compilation for all tests, so that an edit replaces one of its trees.
    private static readonly CSharpCompilation Start = GeneratorHarness.Compile("").RemoveAllSyntaxTrees().AddSyntaxTrees(
        GeneratorHarness.Parse(First, "First.cs"), GeneratorHarness.Parse(Second, "Second.cs"), GeneratorHarness.Parse("class Other;", "Other.cs"));

    private static readonly StepReasons Nothing = new("Unchanged, Unchanged", "Cached, Cached", "Cached, Cached", "Cached, Cached");
    private static readonly StepReasons FirstOnly = new("Modified, Unchanged", "Modified, Cached", "Modified, Cached", "Modified, Cached");

    [Theory]
    [InlineData("class Other { int _x; }")]
    [InlineData("class Other; // A comment.")]
    [InlineData("")]
    [InlineData("using MoeGen; [System.Obsolete] partial class Other { void M() => throw null!; }")]
    [InlineData("class Other { this does not parse")]
    public void Edit_in_an_unrelated_file_runs_nothing_again(string other) =>
        Assert.Equal(Nothing, After(compilation => Replace(compilation, "Other.cs", other)));

    [Theory]
    [InlineData("\n// A comment.")]
    [InlineData("\n\n\nclass Below { int _x; }")]
    public void Text_below_a_class_runs_nothing_again(string below) =>
        Assert.Equal(Nothing, After(compilation => Replace(compilation, "First.cs", First + below)));

    [Theory]
    [InlineData("First;", "First { int _x; }")]
    [InlineData("Tile = ", "/* rows x columns */ Tile = ")]
    [InlineData("\"64x64\"", "\"64\" + \"x64\"")]
    public void Edit_that_changes_no_setting_runs_nothing_again(string old, string edited) =>
        AssertNothingButParse(After(compilation => Replace(compilation, "First.cs", First.Replace(old, edited, StringComparison.Ordinal))));

    [Theory]
    [InlineData("// A comment.\n")]
    [InlineData("\n\n\n\n")]
    [InlineData("class Above;\n")]
    public void Class_that_moves_emits_nothing_again(string above) => AssertNothingButParse(
        After(compilation => Replace(compilation, "First.cs", First.Replace("\n[", "\n" + above + "[", StringComparison.Ordinal))));

    [Fact]
    public void Configuration_edit_emits_that_class_only() => Assert.Equal(
        FirstOnly, After(compilation => Replace(compilation, "First.cs", First.Replace("64x64", "64x128", StringComparison.Ordinal))));

    [Fact]
    public void Default_stated_explicitly_plans_again_and_emits_the_same() => Assert.Equal(
        new StepReasons("Modified, Unchanged", "Unchanged, Cached", "Cached, Cached", "Cached, Cached"),
        After(compilation => Replace(compilation, "First.cs", First.Replace("Tile", "Stages = 4, Tile", StringComparison.Ordinal))));

    [Fact]
    public void Error_that_is_mended_emits_that_class_only()
    {
        CSharpCompilation wrong = Replace(Start, "First.cs", First.Replace("64x64", "64x65", StringComparison.Ordinal));
        Assert.Equal(FirstOnly, After(wrong, Start));
    }

    [Fact]
    public void Class_that_is_added_emits_itself_only() => Assert.Equal(
        new StepReasons("Unchanged, Unchanged, New", "Cached, Cached, New", "Cached, Cached, New", "Cached, Cached, New"),
        After(compilation => compilation.AddSyntaxTrees(GeneratorHarness.Parse(Third, "Third.cs"))));

    [Fact]
    public void Class_that_is_removed_emits_nothing() => Assert.Equal(
        new StepReasons("Unchanged, Removed", "Cached, Removed", "Cached, Removed", "Cached, Removed"),
        After(compilation => compilation.RemoveSyntaxTrees(Tree(compilation, "Second.cs"))));

    [Fact]
    public void Attribute_that_is_removed_emits_nothing() => Assert.Equal(
        new StepReasons("Unchanged, Removed", "Cached, Removed", "Cached, Removed", "Cached, Removed"),
        After(compilation => Replace(compilation, "Second.cs", "public partial class Second;")));

    /// <summary>The compiler compares classes by their place in the list: those behind the one that goes are taken for changed, once.</summary>
    [Fact]
    public void Class_that_is_removed_leaves_the_files_of_those_behind_it_as_they_were()
    {
        CSharpCompilation after = Start.RemoveSyntaxTrees(Tree(Start, "First.cs"));
        GeneratorDriver driver = GeneratorHarness.Driver().RunGenerators(Start, TestContext.Current.CancellationToken);
        Assert.Equal(4, Files(driver).Length);
        string[] left = Files(driver.RunGenerators(after, TestContext.Current.CancellationToken)).Select(file => $"{file.HintName}\n{file.SourceText}").ToArray();
        Assert.Equal(Files(driver).Where(file => file.HintName.StartsWith("Second.", StringComparison.Ordinal)).Select(file => $"{file.HintName}\n{file.SourceText}"), left);
    }

    [Fact]
    public void Other_part_of_the_class_counts_where_it_says_something_new()
    {
        CSharpCompilation before = Start.AddSyntaxTrees(GeneratorHarness.Parse("partial class First;", "Part.cs"));
        Assert.Equal(Nothing, After(before, Replace(before, "Part.cs", "partial class First { int _x; }")));
        Assert.Equal(FirstOnly, After(before, Replace(before, "Part.cs", "partial class First : System.Exception;")));
    }

    [Fact]
    public void Constant_in_another_file_counts()
    {
        CSharpCompilation before = Replace(Start, "First.cs", First.Replace("\"64x64\"", "Tiles.Mine", StringComparison.Ordinal))
            .AddSyntaxTrees(GeneratorHarness.Parse("static class Tiles { public const string Mine = \"64x64\"; }", "Tiles.cs"));
        Assert.Equal(FirstOnly, After(before, Replace(before, "Tiles.cs", "static class Tiles { public const string Mine = \"64x128\"; }")));
        Assert.Equal(Nothing, After(before, Replace(before, "Tiles.cs", "static class Tiles { public const string Mine = \"64\" + \"x64\"; }")));
    }

    [Fact]
    public void Change_of_references_runs_nothing_again() => Assert.Equal(Nothing, After(compilation => compilation.AddReferences(
        CSharpCompilation.Create("Unrelated", [GeneratorHarness.Parse("public class Unrelated;")], compilation.References).ToMetadataReference())));

    [Fact]
    public void Loss_of_the_run_time_removes_everything() => Assert.Equal(
        new StepReasons("Removed, Removed", "Removed, Removed", "Removed, Removed", "Removed, Removed"),
        After(compilation => compilation.RemoveReferences(
            compilation.References.Single(reference => Path.GetFileName(reference.Display) == "MoeGen.Runtime.dll"))));

    /// <summary>The proof from the other side: what did not run again is the very same text.</summary>
    [Fact]
    public void Texts_of_other_classes_stay_the_same_objects()
    {
        GeneratorDriver driver = GeneratorHarness.Driver().RunGenerators(Start, TestContext.Current.CancellationToken);
        ImmutableArray<GeneratedSourceResult> old = Files(driver);
        ImmutableArray<GeneratedSourceResult> now = Files(driver.RunGenerators(
            Replace(Start, "First.cs", First.Replace("64x64", "64x128", StringComparison.Ordinal)), TestContext.Current.CancellationToken));

        Assert.Equal(4, now.Length);
        Assert.Equal(old.Select(file => file.HintName), now.Select(file => file.HintName));
        Assert.Equal(
            old.Select(file => file.HintName.StartsWith("Second.", StringComparison.Ordinal)),
            old.Zip(now, (before, after) => ReferenceEquals(before.SourceText, after.SourceText)));
    }

    // Whether places in files are part of what parsing reads is its own affair: no later step may notice.
    private static void AssertNothingButParse(StepReasons reasons)
    {
        Assert.Contains(reasons.Parse, (string[])["Modified, Unchanged", "Unchanged, Unchanged"]);
        Assert.Equal(Nothing, reasons with { Parse = Nothing.Parse });
    }

    private static StepReasons After(Func<CSharpCompilation, CSharpCompilation> edit) => After(Start, edit(Start));

    private static StepReasons After(CSharpCompilation before, CSharpCompilation after) =>
        StepReasons.Of(GeneratorHarness.Driver().RunGenerators(before).RunGenerators(after));

    private static ImmutableArray<GeneratedSourceResult> Files(GeneratorDriver driver) => driver.GetRunResult().Results.Single().GeneratedSources;

    private static CSharpCompilation Replace(CSharpCompilation compilation, string file, string text) =>
        compilation.ReplaceSyntaxTree(Tree(compilation, file), GeneratorHarness.Parse(text, file));

    private static SyntaxTree Tree(CSharpCompilation compilation, string file) => compilation.SyntaxTrees.Single(tree => tree.FilePath == file);
}
