using MoeGen.Cli.Output;

namespace MoeGen.Cli.Tests;

/// <summary>What goes to standard output and standard error.</summary>
public sealed class OutputTests
{
    [Fact]
    public void Piped_output_has_no_escape_codes_and_no_blanks_at_line_ends()
    {
        string assembly = typeof(OutputTests).Assembly.Location;
        foreach (string[] command in new[] { ["info"], ["--help"], ["emit", assembly], ["check", Golden.Folder("mixtral"), "--backend", "managed", "--tokens", "2"], new[] { "check", "nowhere" } })
        {
            CliRun run = CliRun.Of(command);
            Assert.DoesNotContain('\x1b', run.Output + run.Error);
            Assert.All(run.Output.ReplaceLineEndings("\n").Split('\n'), line => Assert.True(command is ["--help"] || line == line.TrimEnd(), $"'{line}'"));
        }
    }

    [Fact]
    public void Progress_is_shown_on_a_terminal_only()
    {
        using StringWriter output = new(), error = new();
        var piped = new Terminal(output, error, outputIsTerminal: false, errorIsTerminal: false);
        Assert.Equal(7, piped.WithProgress("work", quiet: false, progress => Work(progress, 7)));
        var quiet = new Terminal(output, error, outputIsTerminal: true, errorIsTerminal: true);
        Assert.Equal(8, quiet.WithProgress("work", quiet: true, progress => Work(progress, 8)));
        Assert.Empty(output.ToString() + error);

        static int Work(Action<double, string> progress, int result)
        {
            progress(0.5, "half");
            return result;
        }
    }

    [Fact]
    public void NaN_is_valid_json()
    {
        using StringWriter output = new();
        var terminal = new Terminal(output, TextWriter.Null, outputIsTerminal: false, errorIsTerminal: false);
        terminal.WriteJson(new Commands.CheckReport("f", "managed", 1, double.NaN, double.PositiveInfinity, false, "fp32", 0, "it's", 1, 0, 1, null, null, "d"), CliJson.Default.CheckReport);
        Assert.Contains("\"error\":\"NaN\",\"worst_token_error\":\"Infinity\"", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("it's", output.ToString(), StringComparison.Ordinal);
    }
}
