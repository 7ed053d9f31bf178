using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;
using MoeGen.Generators;
using MoeGen.Generators.Benchmarks;

// Time of generator and analyzer on 100 annotated classes. Arguments: repetitions (default 30). Ends with 1 where a budget is exceeded.
const int Classes = 100;
const double ColdBudget = 3000, KeystrokeBudget = 40;

int repetitions = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 30;
CSharpCompilation project = Project.Create(Classes);
GeneratorTimer moe = new(() => new MoeGenerator(), project);
GeneratorTimer bare = new(() => new BareGenerator(), project);

Console.WriteLine($"{Classes} annotated classes, {Environment.ProcessorCount} cores, .NET {Environment.Version}, {repetitions} repetitions, milliseconds");
Console.WriteLine($"{"",-44}{"MoeGen",9}{"(best)",9}{"bare",9}{"(best)",9}{"budget",9}");

// The first run of all has the compiler's and the generator's code to compile.
bool met = Row("first build, JIT cold", moe.Cold(1), null, ColdBudget);
_ = (moe.Cold(3), bare.Cold(3));
met &= Row("build with a fresh driver, JIT warm", moe.Cold(Math.Max(5, repetitions / 3)), bare.Cold(Math.Max(5, repetitions / 3)), ColdBudget);
_ = (moe.Keystrokes(40, Project.EditUnrelated), bare.Keystrokes(40, Project.EditUnrelated));
met &= Row("keystroke in an unrelated file", moe.Keystrokes(repetitions, Project.EditUnrelated), bare.Keystrokes(repetitions, Project.EditUnrelated), KeystrokeBudget);
_ = moe.Keystrokes(40, Project.EditClass);
met &= Row("keystroke in the attribute of one class", moe.Keystrokes(repetitions, Project.EditClass), bare.Keystrokes(repetitions, Project.EditClass), null);
_ = await AnalyzerTimer.Cold(project, Classes, 10);
met &= Row("analyzer alone, whole project", await AnalyzerTimer.Cold(project, Classes, repetitions), null, KeystrokeBudget);
return met ? 0 : 1;

static bool Row(string name, double[] moe, double[]? bare, double? budget)
{
    string others = bare is null ? $"{"",18}" : $"{Median(bare),9:F1}{bare.Min(),9:F1}";
    Console.WriteLine($"{name,-44}{Median(moe),9:F1}{moe.Min(),9:F1}{others}{budget,9:F0}");
    return budget is null || Median(moe) <= budget;
}

static double Median(double[] values)
{
    double[] sorted = [.. values.Order()];
    return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
