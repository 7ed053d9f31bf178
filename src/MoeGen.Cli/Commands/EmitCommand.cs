using System.CommandLine;
using MoeGen.Cli.Emit;
using MoeGen.Cli.Output;

namespace MoeGen.Cli.Commands;

/// <summary><c>moegen emit</c>: the CUDA texts of an assembly as files, or compared with files.</summary>
internal sealed class EmitCommand : Command
{
    private readonly Argument<string> _assembly = new("assembly") { Description = "A built .NET assembly with classes that carry [MoeConfig]. It is read, not run." };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Folder to write <Full.Name>.cu of each class to. Left out, with or without --check: nothing is written, the classes are listed." };
    private readonly Option<string?> _check = new("--check") { Description = "Folder with files that were written before: exit code 1 and a diff where they are not what the assembly has." };
    private readonly Terminal _terminal;

    public EmitCommand(Terminal terminal, Option<bool> json)
        : base("emit", "Writes the CUDA source of every annotated class of an assembly, or compares it with committed files.")
    {
        _terminal = terminal;
        Add(_assembly);
        Add(_output);
        Add(_check);
        SetAction(parsed => Run(parsed.GetRequiredValue(_assembly), parsed.GetValue(_output), parsed.GetValue(_check), parsed.GetValue(json)));
    }

    private int Run(string assembly, string? output, string? check, bool json)
    {
        IReadOnlyList<EmbeddedSource> sources = EmbeddedSources.Read(assembly);
        var files = new List<EmittedFile>();
        files.AddRange(sources.Where(source => source.Text.Length == 0).Select(source => new EmittedFile(source.Class, null, 0, EmittedFile.Managed)));
        if (check is not null)
        {
            files.AddRange(EmittedFolder.Compare(sources, check));
        }

        if (output is not null)
        {
            files.AddRange(EmittedFolder.Write(sources, output));
        }

        if (check is null && output is null)
        {
            files.AddRange(sources.Where(source => source.Text.Length > 0).Select(source => new EmittedFile(source.Class, null, source.Lines, EmittedFile.Embedded)));
        }

        var report = new EmitReport(!files.Exists(file => file.IsWrong), assembly, files);
        if (json)
        {
            _terminal.WriteJson(report, CliJson.Default.EmitReport);
        }
        else
        {
            files.ForEach(file => Print(file, output ?? check));
        }

        return report.Ok ? ExitCode.Success : ExitCode.Negative;
    }

    private void Print(EmittedFile file, string? folder)
    {
        string line = file.State switch
        {
            EmittedFile.Managed => $"managed  {file.Class}: FP32 runs on the managed backend and has no CUDA text",
            EmittedFile.Embedded => $"embedded {file.Class}, {file.Lines} lines",
            EmittedFile.Missing => $"missing  {file.File}: {file.Class} has {file.Lines} lines of CUDA; write them with -o {folder}",
            EmittedFile.Surplus => $"surplus  {file.File}: the assembly has no such class",
            _ => $"{file.State,-8} {file.File}, {file.Lines} lines",
        };
        _terminal.Output.WriteLine(line);
        if (file.Diff is not null)
        {
            _terminal.WriteDiff(file.Diff);
        }
    }
}
