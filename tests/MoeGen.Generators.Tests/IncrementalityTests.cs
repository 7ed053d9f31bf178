using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests;

/// <summary>What runs again after an edit, by the reasons that the compiler records for each step.</summary>
public sealed class IncrementalityTests
{
    private const string First = "using MoeGen;\n[MoeConfig(Dtype = Dtype.BF16, Tile = \"64x64\")] public partial class First;";
    private const string Second = "using MoeGen;\n[MoeConfig(Dtype = Dtype.FP16, Tile = \"64x64\")] public partial class Second;";

    [Fact]
    public void Unrelated_edit_runs_nothing_again() => Edit(
        "class Other { int _x; }",
        Reasons(IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Unchanged),
        Reasons(IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached),
        IncrementalStepRunReason.Cached, editOther: true);

    [Fact]
    public void Comment_above_a_class_moves_it_and_emits_nothing_again() => Edit(
        "// A comment.\n" + First,
        Reasons(IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Unchanged),
        Reasons(IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached),
        IncrementalStepRunReason.Cached);

    [Fact]
    public void Comment_below_a_class_changes_nothing() => Edit(
        First + "\n// A comment.",
        Reasons(IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Unchanged),
        Reasons(IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached),
        IncrementalStepRunReason.Cached);

    [Fact]
    public void Member_of_the_class_changes_nothing() => Edit(
        First.Replace("First;", "First { int _x; }", StringComparison.Ordinal),
        Reasons(IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Unchanged),
        Reasons(IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached),
        IncrementalStepRunReason.Cached);

    [Fact]
    public void Default_stated_explicitly_plans_again_and_emits_the_same() => Edit(
        First.Replace("Tile", "Stages = 4, Tile", StringComparison.Ordinal),
        Reasons(IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged),
        Reasons(IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached),
        IncrementalStepRunReason.Cached);

    [Fact]
    public void Configuration_edit_emits_that_class_only()
    {
        ImmutableArray<(string Step, ImmutableArray<IncrementalStepRunReason> Reasons)> steps =
            Steps(First.Replace("64x64", "64x128", StringComparison.Ordinal), editOther: false);
        foreach ((string step, ImmutableArray<IncrementalStepRunReason> reasons) in steps)
        {
            Assert.True(reasons is [IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged or IncrementalStepRunReason.Cached], step + ": " + string.Join(", ", reasons));
        }
    }

    // Of First, then of Second.
    private static IncrementalStepRunReason[] Reasons(params IncrementalStepRunReason[] reasons) => reasons;

    private static void Edit(
        string edited, IncrementalStepRunReason[] parse, IncrementalStepRunReason[] plan, IncrementalStepRunReason emit, bool editOther = false)
    {
        ImmutableArray<(string Step, ImmutableArray<IncrementalStepRunReason> Reasons)> steps = Steps(edited, editOther);
        Assert.Equal(
            $"Parse: {string.Join(", ", parse)}\nPlan: {string.Join(", ", plan)}\nEmit: {emit}, {emit}",
            string.Join("\n", steps.Select(step => $"{step.Step}: {string.Join(", ", step.Reasons)}")));
    }

    // Runs on First, Second and an unrelated file, replaces one of them, and runs again.
    private static ImmutableArray<(string Step, ImmutableArray<IncrementalStepRunReason> Reasons)> Steps(string edited, bool editOther)
    {
        SyntaxTree second = GeneratorHarness.Parse(Second, "Second.cs");
        SyntaxTree other = GeneratorHarness.Parse("class Other;", "Other.cs");
        CSharpCompilation before = GeneratorHarness.Compile(First).AddSyntaxTrees(second, other);
        SyntaxTree replaced = editOther ? other : before.SyntaxTrees[0];
        CSharpCompilation after = before.ReplaceSyntaxTree(replaced, GeneratorHarness.Parse(edited, replaced.FilePath));

        GeneratorRunResult result = GeneratorHarness.Driver().RunGenerators(before).RunGenerators(after).GetRunResult().Results.Single();
        return [.. new[] { StepNames.Parse, StepNames.Plan, StepNames.Emit }.Select(step => (
            step, result.TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason).ToImmutableArray()))];
    }
}
