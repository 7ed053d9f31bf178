using System.CommandLine;
using MoeGen.Cli.Commands;

namespace MoeGen.Cli.Blocks;

/// <summary>The arguments that say which block runs where.</summary>
internal sealed class BlockOptions
{
    private readonly Argument<string> _folder = new("checkpoint-folder") { Description = "A Hugging Face folder: config.json and safetensors, single or sharded." };
    private readonly Option<int?> _layer = new("--layer") { Description = "Index of the decoder layer; left out, the first with experts." };
    private readonly Option<MoeBackend?> _backend = ChoiceOption.Of("--backend", "Where it runs; left out, cuda where a GPU and NVRTC are, else managed.", MoeBackend.Managed, MoeBackend.Cuda);
    private readonly Option<Dtype?> _dtype = ChoiceOption.Of(
        "--dtype", "Element type of weights, input and output; left out, fp32 on the managed backend, on a GPU fp16 where the experts are stored so, else bf16.", Dtype.FP32, Dtype.FP16, Dtype.BF16);

    private readonly GpuAccess _gpu;

    public BlockOptions(Command command, GpuAccess gpu)
    {
        _gpu = gpu;
        command.Add(_folder);
        command.Add(_layer);
        command.Add(_backend);
        command.Add(_dtype);
    }

    /// <exception cref="BadInputException">There is no such folder, or the backend is not here or has no such type.</exception>
    public BlockRequest Read(ParseResult parsed)
    {
        string folder = parsed.GetRequiredValue(_folder);
        if (!Directory.Exists(folder))
        {
            throw new BadInputException($"{folder} is no folder that exists; a checkpoint's folder with config.json and safetensors is required.");
        }

        Dtype? dtype = parsed.GetValue(_dtype);
        string missing = _gpu.Missing();
        MoeBackend backend = parsed.GetValue(_backend) ?? (missing.Length == 0 && dtype != Dtype.FP32 ? MoeBackend.Cuda : MoeBackend.Managed);
        if (backend == MoeBackend.Cuda && dtype == Dtype.FP32)
        {
            throw new BadInputException("--dtype is fp32 and --backend is cuda; allowed with cuda are bf16 and fp16.");
        }

        return backend == MoeBackend.Managed || missing.Length == 0
            ? new BlockRequest(folder, parsed.GetValue(_layer), backend, dtype, _gpu)
            : throw new BadInputException($"--backend is cuda, which is not to be had here: {missing}");
    }
}
