using System.CommandLine;
using MoeGen.Checkpoints;
using MoeGen.Cli.Blocks;
using MoeGen.Cli.Output;

namespace MoeGen.Cli.Commands;

/// <summary><c>moegen run</c>: hidden states in, the block's output out.</summary>
internal sealed class RunCommand : Command
{
    private readonly Option<string> _io = new("--io") { Description = "Safetensors file with 'input' [T, H].", Required = true };
    private readonly Option<string> _output = new("--out", "-o") { Description = "Safetensors file to write 'output' [T, H] to, in the layer's element type. It is written whole or not at all.", Required = true };
    private readonly BlockOptions _block;
    private readonly Terminal _terminal;

    public RunCommand(Terminal terminal, Option<bool> json, GpuAccess gpu)
        : base("run", "Runs the MoE block of a checkpoint's layer on hidden states from a file and writes its output to another.")
    {
        _terminal = terminal;
        _block = new BlockOptions(this, gpu);
        Add(_io);
        Add(_output);
        SetAction(parsed => Run(_block.Read(parsed), parsed.GetRequiredValue(_io), parsed.GetRequiredValue(_output), parsed.GetValue(json)));
    }

    private int Run(BlockRequest request, string io, string output, bool json)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(output)) is { } folder && !Directory.Exists(folder))
        {
            throw new BadInputException($"--out {output}: the folder {folder} does not exist.");
        }

        using var loaded = new LoadedBlock(request);
        MoeBlock block = loaded.Block;
        int hidden = block.Shape.HiddenSize;
        RecordedCall call = RecordedCall.Read(io, hidden, block.TopK);
        BlockResult result = _terminal.WithProgress(request.Folder, json, progress => loaded.Kind.Accept(new BlockRunner(loaded, call.Input, progress)));
        int tokens = call.Input.Length / hidden;
        var writer = new SafetensorsWriter();
        writer.Metadata["family"] = block.Family;
        writer.Metadata["layer"] = $"{block.Layer}";
        writer.Metadata["device"] = result.Device;
        switch (loaded.Dtype)
        {
            case Dtype.BF16: Add<BFloat16>(); break;
            case Dtype.FP16: Add<Half>(); break;
            default: writer.Add<float>("output", [tokens, hidden], result.Output); break;
        }

        writer.Save(output);
        var report = new RunReport(
            block.Family, loaded.Backend.ToString().ToLowerInvariant(), tokens, loaded.Dtype.ToString().ToLowerInvariant(), block.Layer, output, result.Device, Ok: true);
        if (json)
        {
            _terminal.WriteJson(report, CliJson.Default.RunReport);
        }
        else
        {
            _terminal.WriteFacts(("block", BlockText.Of(block)), ("device", report.Device), ("written", $"{output}: {tokens} tokens in {report.Dtype}"));
        }

        return ExitCode.Success;

        // Exact: the values came from this type.
        void Add<T>()
            where T : unmanaged
        {
            var values = new T[result.Output.Length];
            ElementConversion.Narrow<T, float>(result.Output, values);
            writer.Add<T>("output", [tokens, hidden], values);
        }
    }
}
