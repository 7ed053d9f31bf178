using CustomGemm;
using MoeGen;

// A small FP16 layer with random weights.
var shape = new MoeShape(numExperts: 8, hiddenSize: 512, intermediateSize: 256);
const int Tokens = 64;
const int TopK = 2;
var random = new Random(1);
var weights = new MoeWeights<Half>(
    shape,
    Fc1Layout.GateUp,
    Normal(shape.NumExperts * 2 * shape.IntermediateSize * shape.HiddenSize, 1 / Math.Sqrt(shape.HiddenSize)),
    Normal(shape.NumExperts * shape.HiddenSize * shape.IntermediateSize, 2 / Math.Sqrt(shape.IntermediateSize)));
Half[] input = Normal(Tokens * shape.HiddenSize, 1);
int[] experts = [.. Enumerable.Range(0, Tokens).SelectMany(_ => new[] { random.Next(4), 4 + random.Next(4) })];
float[] scales = [.. Enumerable.Repeat(1f / TopK, experts.Length)];
double[] expected = ManagedMoe.ForwardDouble<Half>(weights, Activation.Swiglu, input, experts, scales, TopK);
var output = new Half[input.Length];

if (!CudaContext.IsAvailable(out string reason))
{
    Console.WriteLine($"no GPU      {reason.Split('\n')[0]}");
    Console.WriteLine("            the managed backend runs; it never uses a class's own GEMM");
    if (NvrtcCompiler.IsAvailable(out _))
    {
        CompiledKernel own = new NvrtcCompiler().Compile(SimpleGemm.Source, "simple_gemm.cu", new ComputeCapability(8, 0));
        Console.WriteLine($"compile     our GEMM for {own.Architecture}: {own.Resources[0].Registers} registers");
    }

    using var managed = new MyMoe(new ManagedBackend(), weights);
    return Run(managed);
}

using CudaContext gpu = CudaContext.Create();
using var layer = new MyMoe(gpu, weights);
int exitCode = Run(layer);
Console.WriteLine($"our GEMM    enqueued {layer.Calls} times");
return layer.Calls == 1 ? exitCode : 1;

int Run(MyMoe moe)
{
    Console.WriteLine($"device      {moe.BackendDescription}");
    moe.Forward(input, experts, scales, output);
    ContractVerdict verdict = NumericContract.For(Dtype.FP16).Check<Half>(output, expected, shape.HiddenSize);
    Console.WriteLine($"error       {verdict}");
    return verdict.Passed ? 0 : 1;
}

Half[] Normal(int count, double deviation)
{
    var values = new Half[count];
    foreach (ref Half value in values.AsSpan())
    {
        value = (Half)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2 * deviation);
    }

    return values;
}
