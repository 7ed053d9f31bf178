using Spectre.Console;

namespace MoeGen.Benchmarks;

/// <summary>A bar on a terminal; one plain line a step where standard error is piped.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs work that tells each step; what it returns is returned.</summary>
    public static T Run<T>(int steps, Func<Action<string>, T> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (!console.Profile.Capabilities.Ansi || Console.IsErrorRedirected)
        {
            int done = 0;
            return work(line => Console.Error.WriteLine($"[{++done}/{steps}] {line}"));
        }

        return console.Progress().AutoClear(true).Columns(new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn())
            .Start(display =>
            {
                ProgressTask task = display.AddTask("compiling", maxValue: steps);
                return work(line =>
                {
                    task.Description = Markup.Escape(line);
                    task.Increment(1);
                });
            });
    }
}
