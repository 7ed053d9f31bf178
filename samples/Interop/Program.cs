using Interop;
using MoeGen;
using TorchSharp;
using BFloat16 = MoeGen.BFloat16;

// The layer between two operations of TorchSharp, on the same memory. OrtBuffers does the same for ONNX Runtime.
if (!CudaContext.IsAvailable(out string reason))
{
    Console.WriteLine($"This sample needs a GPU: {reason}");
    return 0;
}

const int Tokens = 16, Experts = 8, TopK = 2, Hidden = 256, Intermediate = 512;
using CudaContext context = CudaContext.Create();
var shape = new MoeShape(Experts, Hidden, Intermediate);
BFloat16[] Random(long count) => [.. Enumerable.Range(0, (int)count).Select(_ => (BFloat16)(float)((System.Random.Shared.NextDouble() - 0.5) / 8))];
using var layer = new InteropMoe(context, new MoeWeights<BFloat16>(shape, Fc1Layout.GateUp, Random(Experts * shape.Fc1ElementsPerExpert(gated: true)), Random(Experts * shape.Fc2ElementsPerExpert)));
using DeviceBuffer<int> ids = context.Allocate<int>(Tokens * TopK);
using DeviceBuffer<float> scales = context.Allocate<float>(Tokens * TopK);
ids.CopyFrom([.. Enumerable.Range(0, Tokens * TopK).Select(slot => slot % Experts)]);
scales.CopyFrom([.. Enumerable.Repeat(0.5f, Tokens * TopK)]);

torch.Tensor hiddenStates = torch.randn(Tokens, Hidden, dtype: torch.ScalarType.BFloat16, device: torch.CUDA);
torch.Tensor output = TorchBuffers.Forward(layer, hiddenStates, ids, scales);
Console.WriteLine($"norm of the output {output.to(torch.ScalarType.Float32).norm().item<float>():F3}");
return 0;
