using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MoeGen;

namespace Interop;

/// <summary>Device memory between ONNX Runtime and MoeGen, without copying.</summary>
internal static class OrtBuffers
{
    /// <summary>A buffer as a value that a session can be bound to. Keep the buffer alive as long as the value is used.</summary>
    public static OrtValue ToOrtValue(DeviceBuffer<Half> buffer, params long[] shape)
    {
        using var memory = new OrtMemoryInfo("Cuda", OrtAllocatorType.DeviceAllocator, buffer.Context.Ordinal, OrtMemType.Default);
        return OrtValue.CreateTensorValueWithData(memory, TensorElementType.Float16, shape, (nint)buffer.Pointer.Address, buffer.ByteLength);
    }

    /// <summary>A session's output in device memory as a buffer. Keep the value alive as long as the buffer is used.</summary>
    public static unsafe DeviceBuffer<Half> ToBuffer(CudaContext context, OrtValue value)
    {
        // The span lies in device memory: its address may be taken, its elements not be touched.
        Span<byte> bytes = value.GetTensorMutableRawData();
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        return DeviceBuffer<Half>.Wrap(context, address, bytes.Length / sizeof(Half));
    }
}
