using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MoeGen.Generators.Benchmarks;

/// <summary>Times runs of one generator on a project.</summary>
/// <param name="create">The generator.</param>
/// <param name="project">The project.</param>
internal sealed class GeneratorTimer(Func<IIncrementalGenerator> create, CSharpCompilation project)
{
    /// <summary>A fresh driver on the whole project.</summary>
    public double[] Cold(int repetitions) => Repeat(repetitions, _ => CSharpGeneratorDriver.Create(create()), _ => project);

    /// <summary>A driver that has run, after edits one after the other.</summary>
    public double[] Keystrokes(int repetitions, Func<CSharpCompilation, int, CSharpCompilation> edit)
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create(create()).RunGenerators(project);
        return Repeat(repetitions, _ => driver, i => edit(project, i + 1), ran => driver = ran);
    }

    private static double[] Repeat(
        int repetitions, Func<int, GeneratorDriver> driverOf, Func<int, CSharpCompilation> inputOf, Action<GeneratorDriver>? ran = null)
    {
        double[] milliseconds = new double[repetitions];
        for (int i = 0; i < repetitions; i++)
        {
            GeneratorDriver driver = driverOf(i);
            CSharpCompilation input = inputOf(i);

            // References are bound and declarations collected by the compiler in any case: not the generator's time.
            input.GetTypeByMetadataName("Models.Unrelated");
            GC.Collect();
            long start = Stopwatch.GetTimestamp();
            driver = driver.RunGenerators(input);
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (driver.GetRunResult().Results.Single().Exception is { } exception)
            {
                throw new InvalidOperationException("The generator threw.", exception);
            }

            ran?.Invoke(driver);
        }

        return milliseconds;
    }
}
