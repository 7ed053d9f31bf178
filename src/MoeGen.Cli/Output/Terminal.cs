using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace MoeGen.Cli.Output;

/// <summary>Standard output for the answer, standard error for messages and progress; colours only where somebody looks.</summary>
internal sealed class Terminal
{
    // Wide enough that nothing piped is wrapped.
    private const int PipedWidth = 4096;

    private readonly bool _errorIsTerminal;
    private readonly IAnsiConsole _lines;

    public Terminal(TextWriter output, TextWriter error, bool outputIsTerminal, bool errorIsTerminal)
    {
        Output = output;
        Error = error;
        _errorIsTerminal = errorIsTerminal;
        Console = Create(output, outputIsTerminal);

        // Lines that stay whole on a terminal too, which breaks them where it is narrow, and not for who copies them.
        _lines = Create(output, outputIsTerminal);
        _lines.Profile.Width = PipedWidth;
    }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    /// <summary>Standard output with tables and, on a terminal, colours.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>That of this process.</summary>
    public static Terminal OfProcess() =>
        new(System.Console.Out, System.Console.Error, !System.Console.IsOutputRedirected, !System.Console.IsErrorRedirected);

    /// <summary>Prints one object; there is never a second.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        Output.WriteLine(Encoding.UTF8.GetString(bytes.WrittenSpan));
    }

    /// <summary>Names and what they are, a line each; further lines of a value stand under its first.</summary>
    public void WriteFacts(params ReadOnlySpan<(string Name, string Value)> facts)
    {
        int width = 0;
        foreach ((string name, _) in facts)
        {
            width = Math.Max(width, name.Length);
        }

        foreach ((string name, string value) in facts)
        {
            _lines.Write(new Text(name.PadRight(width + 2), new Style(decoration: Decoration.Bold)));
            Output.WriteLine(value.ReplaceLineEndings(Environment.NewLine + new string(' ', width + 2)));
        }
    }

    /// <summary>A table, if it has rows.</summary>
    public void WriteTable(Table table, int rows)
    {
        if (rows > 0)
        {
            Console.Write(table.Border(TableBorder.Simple));
        }
    }

    /// <summary>A diff in unified form: what goes in red, what comes in green, on a terminal.</summary>
    public void WriteDiff(string diff)
    {
        foreach (string line in diff.TrimEnd().Split('\n'))
        {
            Style style = line switch
            {
                ['-', ..] => new Style(Color.Red),
                ['+', ..] => new Style(Color.Green),
                ['@', ..] => new Style(Color.Teal),
                _ => Style.Plain,
            };
            _lines.Write(new Text(line.TrimEnd('\r') + "\n", style));
        }
    }

    /// <summary>Runs work that tells how far it is, with a bar on standard error where that is a terminal and the caller wants it.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="quiet">No bar.</param>
    /// <param name="work">Gets what takes the fraction done, 0 to 1, and a word about it.</param>
    public T WithProgress<T>(string title, bool quiet, Func<Action<double, string>, T> work)
    {
        if (quiet || !_errorIsTerminal)
        {
            return work(static (_, _) => { });
        }

        return Create(Error, isTerminal: true).Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(display =>
            {
                ProgressTask task = display.AddTask(Markup.Escape(title), maxValue: 1);
                return work((fraction, text) =>
                {
                    task.Value = fraction;
                    task.Description = Markup.Escape(text.Length == 0 ? title : $"{title}, {text}");
                });
            });
    }

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        // https://no-color.org: set and not empty.
        bool plain = !isTerminal || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = PipedWidth;
        }

        return console;
    }
}
