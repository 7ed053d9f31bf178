using System.Globalization;
using Int8;
using MoeGen;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// What quantisation may cost here: random weights and tokens are normal, without outliers.
const double QuantizationBound = 2.6e-2;
const int Tokens = 64;
const int TopK = 2;

// A BF16 layer with random weights, and a call of it.
var shape = new MoeShape(numExperts: 8, hiddenSize: 512, intermediateSize: 256);
var random = new Random(1);
var weights = new MoeWeights<BFloat16>(
    shape,
    Fc1Layout.GateUp,
    Normal(shape.NumExperts * 2 * shape.IntermediateSize * shape.HiddenSize, 1 / Math.Sqrt(shape.HiddenSize)),
    Normal(shape.NumExperts * shape.HiddenSize * shape.IntermediateSize, 2 / Math.Sqrt(shape.IntermediateSize)));
BFloat16[] input = Normal(Tokens * shape.HiddenSize, 1);
int[] experts = [.. Enumerable.Range(0, Tokens).SelectMany(_ => new[] { random.Next(4), 4 + random.Next(4) })];
float[] scales = [.. Enumerable.Repeat(1f / TopK, experts.Length)];

// One scale for each weight row.
QuantizedMoeWeights<BFloat16> codes = MoeQuantizer.Quantize(weights, new QuantizationOptions { Format = WeightFormat.Int8PerChannel });
Console.WriteLine($"weights     {shape.NumExperts} experts, hidden size {shape.HiddenSize}, intermediate size {shape.IntermediateSize}: {Bytes(weights) >> 10} KiB in BF16, {CodeBytes(codes) >> 10} KiB as codes and scales");

// On the GPU where there is one, else in C# on the CPU: the choice is the program's, and it says so.
using CudaContext? gpu = CudaContext.IsAvailable(out string noGpu) ? CudaContext.Create() : null;
using Int8Moe layer = gpu is null ? new Int8Moe(new ManagedBackend(), codes) : new Int8Moe(gpu, codes);
if (gpu is null)
{
    Console.WriteLine($"no GPU      {noGpu.Split('\n')[0]}");
}

Console.WriteLine($"device      {layer.BackendDescription}");
var output = new BFloat16[input.Length];
layer.Forward(input, experts, scales, output);

// The same codes in double precision: what is left is accumulation and the rounding of the output.
double[] sameQuantised = ManagedMoe.ForwardDouble(codes, Activation.Swiglu, input, experts, scales, TopK, quantizeActivations: true);
ContractVerdict verdict = NumericContract.ForQuantizedActivations(Dtype.BF16).Check<BFloat16>(output, sameQuantised, shape.HiddenSize);
Console.WriteLine($"kernels     {verdict}");

// The layer before it was quantised: what 8 bits cost.
double[] unquantised = ManagedMoe.ForwardDouble(weights, Activation.Swiglu, input, experts, scales, TopK);
double cost = MoeError.RelativeL2<BFloat16>(output, unquantised);
Console.WriteLine($"8 bits      relative L2 {cost:G3} against the layer in BF16 weights (allowed {QuantizationBound})");
return verdict.Passed && cost <= QuantizationBound ? 0 : 1;

BFloat16[] Normal(int count, double deviation)
{
    var values = new BFloat16[count];
    foreach (ref BFloat16 value in values.AsSpan())
    {
        value = (BFloat16)(float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2 * deviation);
    }

    return values;
}

static long Bytes(MoeWeights<BFloat16> weights) => 2L * weights.Fc1ExpertWeights.Concat(weights.Fc2ExpertWeights).Sum(expert => (long)expert.Length);

static long CodeBytes(QuantizedMoeWeights<BFloat16> codes) =>
    codes.Fc1ExpertWeights.Concat(codes.Fc2ExpertWeights).Sum(expert => (long)expert.Codes.Length + (sizeof(float) * expert.Scales.Length));
