using MoeGen.Generators.Diagnostics;
using MoeGen.Generators.Tests.Harness;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Tests.Architecture;

/// <summary>Rule ids, descriptors and release notes are three lists of one thing.</summary>
public sealed class DiagnosticTableTests
{
    private static IEnumerable<string> Ids => typeof(RuleIds).GetFields().Select(rule => (string)rule.GetRawConstantValue()!);

    [Fact]
    public void Every_rule_has_a_descriptor() => Assert.All(Ids, id => Assert.Equal(id, DiagnosticDescriptors.Of(id).Id));

    [Fact]
    public void Descriptors_are_in_the_order_of_their_ids() => Assert.Equal(Ids.Order(StringComparer.Ordinal), DiagnosticDescriptors.All.Select(descriptor => descriptor.Id));

    [Fact]
    public void Ids_are_unique_and_without_gaps() =>
        Assert.Equal(Enumerable.Range(1, Ids.Count()).Select(number => $"MOE{number:000}"), Ids.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_rule_is_in_the_release_notes()
    {
        string notes = string.Concat(Repository.Files(Path.Combine(Repository.Generator, "Diagnostics"), ".md").Select(file => file.Text));
        Assert.All(DiagnosticDescriptors.All, descriptor => Assert.Contains(
            $"\n{descriptor.Id} | {descriptor.Category} | {descriptor.DefaultSeverity} | ", notes, StringComparison.Ordinal));
    }

    /// <summary>The test sources have markup for each id, so that no rule is without a test of its message and place.</summary>
    [Fact]
    public void Every_rule_has_a_test()
    {
        string tests = string.Concat(Repository.Files(Path.Combine(Repository.Root, "tests", "MoeGen.Generators.Tests", "Rules"), ".cs").Select(file => file.Text));
        Assert.All(Ids, id => Assert.Contains(id, tests, StringComparison.Ordinal));
    }
}
