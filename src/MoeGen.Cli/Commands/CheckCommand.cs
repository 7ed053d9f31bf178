using System.CommandLine;
using MoeGen.Checkpoints;
using MoeGen.Cli.Blocks;
using MoeGen.Cli.Output;

namespace MoeGen.Cli.Commands;

/// <summary><c>moegen check</c>: a checkpoint's block against what was recorded, or against the managed reference.</summary>
internal sealed class CheckCommand : Command
{
    private readonly Option<string?> _io = new("--io") { Description = "Safetensors file with 'input' [T, H]; with 'output_fp32' [T, H], that is what the output is compared with. Left out: random input, against the managed reference in double precision." };
    private readonly Option<int> _tokens = new("--tokens") { Description = "T of the random input.", DefaultValueFactory = _ => 64 };
    private readonly BlockOptions _block;
    private readonly Terminal _terminal;

    public CheckCommand(Terminal terminal, Option<bool> json, GpuAccess gpu)
        : base("check", "Runs the MoE block of a checkpoint's layer and compares its output: exit code 0 within the numeric contract, 1 out of it.")
    {
        _terminal = terminal;
        _block = new BlockOptions(this, gpu);
        Add(_io);
        Add(_tokens);
        SetAction(parsed => Run(_block.Read(parsed), parsed.GetValue(_io), parsed.GetValue(_tokens), parsed.GetValue(json)));
    }

    private int Run(BlockRequest request, string? io, int tokens, bool json)
    {
        if (tokens is < 1 or > 65536)
        {
            throw new BadInputException($"--tokens is {tokens}; allowed are 1 to 65536.");
        }

        using var loaded = new LoadedBlock(request);
        MoeBlock block = loaded.Block;
        int hidden = block.Shape.HiddenSize;
        RecordedCall call = io is null ? RecordedCall.Random(tokens, hidden) : RecordedCall.Read(io, hidden, block.TopK);
        (BlockResult result, BlockJudge judge) = _terminal.WithProgress(request.Folder, json, progress =>
        {
            BlockResult result = loaded.Kind.Accept(new BlockRunner(loaded, call.Input, progress));
            progress(1, "comparing");
            return (result, BlockJudge.Of(result, call, loaded.Dtype, block));
        });
        ContractVerdict verdict = judge.Verdict;
        var report = new CheckReport(
            block.Family,
            loaded.Backend.ToString().ToLowerInvariant(),
            call.Input.Length / hidden,
            verdict.RelativeL2,
            verdict.WorstTokenError,
            verdict.Passed,
            loaded.Dtype.ToString().ToLowerInvariant(),
            block.Layer,
            judge.Against,
            BlockJudge.WholeBoundOf(call, loaded.Dtype, block),
            verdict.WorstToken,
            verdict.WorstTokenLimit,
            judge.DifferentChoices?.Count,
            judge.SameChoiceError,
            result.Device,
            QuantizedBound.SchemeOf(block));
        if (json)
        {
            _terminal.WriteJson(report, CliJson.Default.CheckReport);
        }
        else
        {
            Print(report, block, judge.DifferentChoices, result.LoadSeconds);
        }

        return report.Ok ? ExitCode.Success : ExitCode.Negative;
    }

    private void Print(CheckReport report, MoeBlock block, IReadOnlyList<int>? different, double loadSeconds)
    {
        _terminal.WriteFacts(
            ("block", $"{BlockText.Of(block)}, loaded in {loadSeconds:F2} s"),
            ("device", report.Device),
            ("run", $"{report.Tokens} tokens in {report.Dtype}, compared with {report.Against}"),
            ("error", $"{report.Error:G3} of the whole (allowed {report.Bound:G3}), {report.WorstTokenError:G3} of the worst token, {report.WorstToken} (allowed {report.WorstTokenLimit:G3})"),
            ("experts", different switch
            {
                null => "no recorded choice to compare with",
                [] => "every token has the recorded ones",
                _ => $"{different.Count} tokens have others than recorded ({string.Join(", ", different.Take(8))}{(different.Count > 8 ? ", ..." : "")}); error of the rest {report.SameChoiceError:G3}",
            }),
            ("verdict", report.Ok ? "ok" : "OUT OF THE CONTRACT"));
    }
}
