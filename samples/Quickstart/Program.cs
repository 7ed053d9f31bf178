using System.Diagnostics;
using System.Globalization;
using System.Text;
using MoeGen;
using MoeGen.Checkpoints;
using Quickstart;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// A checkpoint as Hugging Face saves it, and one recorded call of its MoE block.
string folder = Path.Combine(AppContext.BaseDirectory, "checkpoint");
using MoeCheckpoint checkpoint = MoeCheckpoint.Open(folder);
using SafetensorsFile recorded = SafetensorsFile.Open(Path.Combine(folder, "io.safetensors"));
MoeBlock block = checkpoint.GetBlock(layer: 0);
MoeWeights<BFloat16> weights = block.LoadWeights<BFloat16>();
BFloat16[] input = [.. recorded.Get<float>("input").ToArray().Select(value => (BFloat16)value)];
double[] expected = [.. recorded.Get<float>("output_fp32").ToArray().Select(value => (double)value)];
float[] routerLogits = RouterLogits.Compute<BFloat16, float>(input, block.Router.Weight.Span, block.Shape.HiddenSize);
Console.WriteLine($"checkpoint  {checkpoint.Family}: {block.Shape.NumExperts} experts, {block.TopK} per token, hidden size {block.Shape.HiddenSize}, intermediate size {block.Shape.IntermediateSize}");

using MixtralMoe layer = CreateLayer(weights, tokens: input.Length / block.Shape.HiddenSize, block.TopK);
Console.WriteLine($"device      {layer.BackendDescription}");

var output = new BFloat16[input.Length];
layer.ForwardFromLogits(input, routerLogits, block.TopK, output);
long start = Stopwatch.GetTimestamp();
layer.ForwardFromLogits(input, routerLogits, block.TopK, output);
Console.WriteLine($"run         {input.Length / block.Shape.HiddenSize} tokens in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F2} ms, copies included");
if (layer.Backend == MoeBackend.Cuda)
{
    TimeReplay(layer);
}

ContractVerdict verdict = NumericContract.For(MixtralMoe.Descriptor.Dtype).Check<BFloat16>(output, expected, block.Shape.HiddenSize);
Console.WriteLine($"error       {verdict}");
Console.WriteLine();
Console.WriteLine($"The generated CUDA, {CountLines(MixtralMoe.CudaSource)} lines, begins:");
foreach (string line in Encoding.UTF8.GetString(MixtralMoe.CudaSource).Split('\n').Take(20))
{
    Console.WriteLine($"  {line}");
}

return verdict.Passed ? 0 : 1;

// On the GPU where there is one, else in C# on the CPU: the choice is the program's, and it says so.
static MixtralMoe CreateLayer(MoeWeights<BFloat16> weights, int tokens, int topK)
{
    if (CudaContext.IsAvailable(out string noDevice))
    {
        var layer = new MixtralMoe(CudaContext.Create(), weights);
        layer.Prepare(tokens, topK);
        Console.WriteLine($"compile     {layer.CompiledParts.Sum(part => part.Elapsed.TotalMilliseconds):F0} ms ({string.Join(", ", layer.CompiledParts.Select(part => part.Outcome).Distinct())})");
        return layer;
    }

    Console.WriteLine($"no GPU      {noDevice}");
    if (NvrtcCompiler.IsAvailable(out string noCompiler))
    {
        // NVRTC needs no GPU: the text can be compiled and judged here all the same.
        CompiledKernel compiled = new NvrtcCompiler().Compile(MixtralMoe.CudaSource, MixtralMoe.Descriptor.Name, new ComputeCapability(8, 0));
        Console.WriteLine($"compile     {compiled.Elapsed.TotalMilliseconds:F0} ms for {compiled.Architecture} by NVRTC {compiled.NvrtcVersion}, cubin of {compiled.Image.Length / 1024} KB");
        foreach (KernelResources kernel in compiled.Resources)
        {
            Console.WriteLine($"            {kernel.Name,-28} {kernel.Registers,3} registers, {kernel.SpillStoreBytes + kernel.SpillLoadBytes} bytes spilled");
        }
    }
    else
    {
        Console.WriteLine($"no NVRTC    {noCompiler}");
    }

    return new MixtralMoe(new ManagedBackend(), weights);
}

// Device time of one captured call, without copies.
void TimeReplay(MixtralMoe moe)
{
    const int Replays = 200;
    CudaContext context = moe.Context!;
    using DeviceBuffer<BFloat16> deviceInput = context.Allocate<BFloat16>(input.Length);
    using DeviceBuffer<float> deviceLogits = context.Allocate<float>(routerLogits.Length);
    using DeviceBuffer<BFloat16> deviceOutput = context.Allocate<BFloat16>(input.Length);
    deviceInput.CopyFrom(input);
    deviceLogits.CopyFrom(routerLogits);
    using CudaStream stream = context.CreateStream();
    using MoeGraph graph = moe.CaptureForwardFromLogits(deviceInput, deviceLogits, block.TopK, deviceOutput, stream);
    using CudaEvent begin = context.CreateEvent();
    using CudaEvent end = context.CreateEvent();
    graph.Launch(stream);
    stream.Record(begin);
    for (int i = 0; i < Replays; i++)
    {
        graph.Launch(stream);
    }

    stream.Record(end);
    end.Synchronize();
    Console.WriteLine($"graph       {CudaEvent.ElapsedMilliseconds(begin, end) / Replays * 1000:F1} us a layer");
}

static int CountLines(ReadOnlySpan<byte> text) => text.Count((byte)'\n');
