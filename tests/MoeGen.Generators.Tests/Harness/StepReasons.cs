using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace MoeGen.Generators.Tests.Harness;

/// <summary>Why each tracked step ran or did not, in the last run of a driver.</summary>
/// <param name="Parse">Of the classes, in the order of their files.</param>
/// <param name="Plan">The same of planning.</param>
/// <param name="Emit">The same of emission.</param>
/// <param name="Output">The same of the source output that emission feeds.</param>
internal sealed record StepReasons(string Parse, string Plan, string Emit, string Output)
{
    /// <summary>Of the last run of a driver with the generator alone.</summary>
    public static StepReasons Of(GeneratorDriver driver)
    {
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        Assert.Null(result.Exception);
        IncrementalGeneratorRunStep[] outputs = result.TrackedOutputSteps.Values
            .SelectMany(steps => steps)
            .Where(step => step.Inputs.Any(input => input.Source.Name == StepNames.Emit))
            .ToArray();
        return new StepReasons(Tracked(StepNames.Parse), Tracked(StepNames.Plan), Tracked(StepNames.Emit), Text(outputs));

        string Tracked(string name) => Text(result.TrackedSteps.TryGetValue(name, out ImmutableArray<IncrementalGeneratorRunStep> steps) ? steps : []);
    }

    private static string Text(IEnumerable<IncrementalGeneratorRunStep> steps) =>
        string.Join(", ", steps.SelectMany(step => step.Outputs).Select(output => output.Reason));
}
