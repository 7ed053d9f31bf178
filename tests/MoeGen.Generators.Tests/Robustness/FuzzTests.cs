using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MoeGen.Generators.Tests.Robustness;

/// <summary>
/// Mutated inputs, the same in every run; <c>MOEGEN_GENERATOR_FUZZ</c> sets their number (10,000 take about 40 s of one core). Neither the generator nor an analyzer
/// may throw: the compiler would show CS8785 or AD0001 in place of what is wrong.
/// </summary>
public sealed class FuzzTests
{
    private const int DefaultCases = 2500;

    [Fact]
    public async Task Nothing_throws_whatever_is_typed()
    {
        int cases = int.TryParse(Environment.GetEnvironmentVariable("MOEGEN_GENERATOR_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out int stated) ? stated : DefaultCases;
        List<string> failures = [];
        int emitted = 0, right = 0, reported = 0;
        for (int seed = 0; seed < cases && failures.Count < 10; seed++)
        {
            FuzzInput input = FuzzInput.Create(seed);
            CSharpParseOptions parse = CSharpParseOptions.Default.WithLanguageVersion(input.Language);
            CSharpCompilation compilation = Workbench.Compile(input.Sources, parse, input.Options);
            Workbench bench = await Workbench.RunAsync(compilation, parse);
            failures.AddRange(bench.Thrown.Select(exception => $"{input}\n{exception}"));
            emitted += bench.Files.Length > 0 ? 1 : 0;
            reported += bench.Own.IsEmpty ? 0 : 1;

            // What the author's half alone does not get wrong, and no rule refuses, must compile, but for CS0102: a member of the
            // author's own that has the name of a generated one.
            if (bench.Files.Length > 0 && !bench.Own.Any(IsError) && !compilation.GetDiagnostics(TestContext.Current.CancellationToken).Any(IsError))
            {
                right++;
                Diagnostic[] errors = bench.ErrorList().ToArray();
                failures.AddRange(errors.Take(1)
                    .Where(_ => input.Language >= LanguageVersion.CSharp11 && !errors.Any(error => error.Id == "CS0102"))
                    .Select(error => $"{input}\n{error}"));
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));

        // A fuzz that reached nothing would pass too.
        Assert.InRange(emitted, cases / 10, cases);
        Assert.InRange(reported, cases / 10, cases);
        Assert.InRange(right, cases / 500, cases);
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} inputs: {emitted} with files, {reported} with messages, {right} compiled to the end");
    }

    [Fact]
    public void Inputs_are_the_same_in_every_run() => Assert.Equal(FuzzInput.Create(7).ToString(), FuzzInput.Create(7).ToString());

    private static bool IsError(Diagnostic diagnostic) => diagnostic.Severity == DiagnosticSeverity.Error;
}
