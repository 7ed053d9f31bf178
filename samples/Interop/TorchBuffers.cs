using MoeGen;
using TorchSharp;
using BFloat16 = MoeGen.BFloat16;

namespace Interop;

/// <summary>CUDA tensors of TorchSharp as buffers, without copying.</summary>
internal static class TorchBuffers
{
    /// <summary>Keep the tensor alive as long as the buffer is used; disposing the buffer leaves the tensor as it is.</summary>
    public static DeviceBuffer<BFloat16> Wrap(CudaContext context, torch.Tensor tensor)
    {
        if (!tensor.is_cuda || tensor.dtype != torch.ScalarType.BFloat16 || !tensor.is_contiguous())
        {
            throw new ArgumentException("A contiguous CUDA tensor of bfloat16 is required.", nameof(tensor));
        }

        // The storage may begin before the tensor does, which may be a view into it.
        nint start = tensor.storage<TorchSharp.BFloat16>().data_ptr() + (nint)(tensor.storage_offset() * sizeof(short));
        return DeviceBuffer<BFloat16>.Wrap(context, start, tensor.numel());
    }

    /// <summary>Runs the layer on tensors. Torch's work before is on its default stream, handle 0, so the layer's goes there too.</summary>
    public static torch.Tensor Forward(InteropMoe layer, torch.Tensor hiddenStates, DeviceBuffer<int> ids, DeviceBuffer<float> scales)
    {
        CudaContext context = layer.Context!;
        torch.Tensor result = torch.empty_like(hiddenStates);
        using DeviceBuffer<BFloat16> input = Wrap(context, hiddenStates);
        using DeviceBuffer<BFloat16> output = Wrap(context, result);
        layer.Forward(input, ids, scales, output, context.DefaultStream);
        return result;
    }
}
