using System.CommandLine;
using MoeGen.Cli.Output;
using MoeGen.Cli.Quantizing;
using Spectre.Console;

namespace MoeGen.Cli.Commands;

/// <summary><c>moegen quantize</c>: a quantised copy of a checkpoint.</summary>
internal sealed class QuantizeCommand : Command
{
    private readonly Argument<string> _source = new("checkpoint-folder") { Description = "A Hugging Face folder: config.json and safetensors, single or sharded." };
    private readonly Option<QuantizeScheme?> _scheme = ChoiceOption.Of(
        "--scheme", "Bits of weights and activations.", QuantizeScheme.W8A8, QuantizeScheme.W8A16, QuantizeScheme.W4A16);

    private readonly Option<int?> _group = new("--group-size") { Description = "Weights along a row that share a scale, with w4a16: 32, 64 or 128; left out, 128." };
    private readonly Option<bool> _zeroPoints = new("--zero-points") { Description = "A zero point for each group, with w4a16." };
    private readonly Option<SearchWord?> _search = ChoiceOption.Of(
        "--search", "How scales are chosen; left out, mse with --calibrate, else absmax. feedback, with w4a16 and --calibrate: as mse, and codes that make good the rounding of columns before them.",
        SearchWord.AbsMax, SearchWord.Percentile, SearchWord.Mse, SearchWord.Feedback);

    private readonly Option<string?> _calibrate = new("--calibrate") { Description = "Safetensors file with 'layers.N.input' [T, H] for each layer, or 'input' for one: columns count in the search as much as what they are multiplied with." };
    private readonly Option<bool> _smooth = new("--smooth") { Description = "With w8a8 and --calibrate: channels of activations that stick out are made smaller, and their weights larger (SmoothQuant), where that lowers the error." };
    private readonly Option<bool> _static = new("--static-scales") { Description = "With w8a8 and --calibrate: scales of activations from the samples instead of from each token." };
    private readonly Option<int?> _layer = new("--layer") { Description = "Quantises this layer only." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Folder to write; new, empty, or one that a run was interrupted in, which then goes on.", Required = true };
    private readonly Terminal _terminal;

    public QuantizeCommand(Terminal terminal, Option<bool> json)
        : base("quantize", "Writes a copy of a checkpoint with the experts' weights quantised, in the format of compressed-tensors; all else is copied.")
    {
        _terminal = terminal;
        _scheme.Required = true;
        Add(_source);
        Add(_scheme);
        Add(_group);
        Add(_zeroPoints);
        Add(_search);
        Add(_calibrate);
        Add(_smooth);
        Add(_static);
        Add(_layer);
        Add(_output);
        SetAction(parsed => Run(Read(parsed), parsed.GetValue(json)));
    }

    private QuantizeRequest Read(ParseResult parsed)
    {
        string source = parsed.GetRequiredValue(_source);
        string output = parsed.GetRequiredValue(_output);
        var request = new QuantizeRequest(
            source,
            output,
            parsed.GetValue(_scheme)!.Value,
            new QuantizationOptions(),
            parsed.GetValue(_layer),
            parsed.GetValue(_calibrate),
            parsed.GetValue(_smooth),
            parsed.GetValue(_static));
        Check(request, parsed.GetValue(_group), parsed.GetValue(_zeroPoints));
        CheckSearch(request, parsed.GetValue(_search));
        SearchWord search = parsed.GetValue(_search) ?? (request.Calibration is null ? SearchWord.AbsMax : SearchWord.Mse);
        return request with
        {
            Options = new QuantizationOptions
            {
                Format = request.Scheme == QuantizeScheme.W4A16 ? WeightFormat.Int4Group : WeightFormat.Int8PerChannel,
                GroupSize = parsed.GetValue(_group) ?? 128,
                ZeroPoints = parsed.GetValue(_zeroPoints),
                Search = search switch
                {
                    SearchWord.AbsMax => ScaleSearch.AbsMax,
                    SearchWord.Percentile => ScaleSearch.Percentile,
                    SearchWord.Feedback => ScaleSearch.ErrorFeedback,
                    _ => ScaleSearch.MeanSquaredError,
                },
            },
        };
    }

    private static void Check(QuantizeRequest request, int? group, bool zeroPoints)
    {
        if (!Directory.Exists(request.Source))
        {
            throw new BadInputException($"{request.Source} is no folder that exists; a checkpoint's folder with config.json and safetensors is required.");
        }

        string source = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Source));
        if (source == Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Output)))
        {
            throw new BadInputException($"-o {request.Output} is the checkpoint's own folder; another one is required.");
        }

        if (group is not (null or 32 or 64 or 128))
        {
            throw new BadInputException($"--group-size is {group}; allowed are 32, 64 and 128.");
        }

        string scheme = request.Scheme.ToString().ToLowerInvariant();
        if (request.Scheme != QuantizeScheme.W4A16 && (group is not null || zeroPoints))
        {
            throw new BadInputException($"{(zeroPoints ? "--zero-points" : "--group-size")} is given and --scheme is {scheme}; allowed is w4a16 with it, as 8-bit weights have one scale for a row.");
        }

        if ((request.Smooth || request.StaticScales) && (request.Scheme != QuantizeScheme.W8A8 || request.Calibration is null))
        {
            throw new BadInputException(
                $"{(request.Smooth ? "--smooth" : "--static-scales")} is given with --scheme {scheme} {(request.Calibration is null ? "and without --calibrate" : "")}; required are --scheme w8a8 and --calibrate.");
        }
    }

    private static void CheckSearch(QuantizeRequest request, SearchWord? search)
    {
        if (search != SearchWord.Feedback)
        {
            return;
        }

        if (request.Scheme != QuantizeScheme.W4A16)
        {
            throw new BadInputException(
                $"--search is feedback and --scheme is {request.Scheme.ToString().ToLowerInvariant()}; allowed with it are absmax, percentile and mse, as error feedback is for groups of 4 bits (w4a16).");
        }

        if (request.Calibration is null)
        {
            throw new BadInputException("--search is feedback and --calibrate is left out; required is --calibrate with samples of the blocks' inputs, or one of absmax, percentile and mse.");
        }
    }

    private int Run(QuantizeRequest request, bool json)
    {
        QuantizeResult result = _terminal.WithProgress(request.Source, json, progress => new CheckpointQuantizer(request, progress).Run());
        var report = new QuantizeReport(
            result.Family,
            request.Scheme.ToString().ToLowerInvariant(),
            request.Scheme == QuantizeScheme.W4A16 ? request.Options.GroupSize : null,
            request.Options.Search.ToString(),
            result.Layers,
            result.Experts,
            request.Output,
            result.FilesReused,
            result.SourceBytes,
            result.OutputBytes,
            Ok: true);
        if (json)
        {
            _terminal.WriteJson(report, CliJson.Default.QuantizeReport);
        }
        else
        {
            Print(report, request);
        }

        return ExitCode.Success;
    }

    private void Print(QuantizeReport report, QuantizeRequest request)
    {
        _terminal.WriteFacts(("scheme", $"{report.Family} as {request}"));
        Table table = new Table().AddColumns("layer", "experts", "weight error", "worst", "of expert");
        if (report.Experts.Any(row => row.OutputError is not null))
        {
            table.AddColumns("output error", "worst", "of expert");
        }

        foreach (IGrouping<int, ExpertError> layer in report.Experts.GroupBy(row => row.Layer))
        {
            ExpertError worst = layer.MaxBy(row => row.WeightError)!;
            string[] cells = [$"{layer.Key}", $"{layer.Count()}", $"{layer.Average(row => row.WeightError):G3}", $"{worst.WeightError:G3}", $"{worst.Expert}"];
            ExpertError[] measured = [.. layer.Where(row => row.OutputError is not null)];
            if (measured.Length > 0)
            {
                ExpertError worstOutput = measured.MaxBy(row => row.OutputError)!;
                cells = [.. cells, $"{measured.Average(row => row.OutputError):G3}", $"{worstOutput.OutputError:G3}", $"{worstOutput.Expert}"];
            }

            table.AddRow(cells);
        }

        _terminal.WriteTable(table, report.Experts.Count);
        foreach (IGrouping<int, ExpertError> layer in report.Experts.Where(row => row.Fallback == true).GroupBy(row => row.Layer))
        {
            _terminal.WriteFacts(("fallback", $"layer {layer.Key}, experts {string.Join(", ", layer.Select(row => row.Expert))}: fewer than {ColumnMoments.FewestRows} samples came there, so fc2 is as with mse and no samples"));
        }

        string reused = report.FilesReused == 0 ? "" : $", {report.FilesReused} files as they were finished before";
        _terminal.WriteFacts(("written", $"{report.Output}: {report.OutputBytes / 1e6:F1} MB of {report.SourceBytes / 1e6:F1} MB{reused}"));
    }
}
