using MoeGen.Native;

namespace MoeGen.Interop;

/// <summary>From a producer's tensor to a buffer that calls its deleter.</summary>
internal static unsafe class DlpackImport
{
    private const int MaxRank = 64;

    /// <summary>Checks a tensor and wraps it. Nothing of the tensor is kept or changed where this throws.</summary>
    public static DeviceBuffer<T> Create<T>(CudaContext context, in DlpackTensorView tensor, out long[] shape, nint owner, Func<nint, CudaResult> delete)
        where T : unmanaged
    {
        const string argument = "tensor";
        Require(
            tensor.Device.Type is DlpackDevice.Cuda or DlpackDevice.CudaManaged,
            $"is on a device of type {tensor.Device.Type}; allowed are {DlpackDevice.Cuda} (CUDA) and {DlpackDevice.CudaManaged} (CUDA managed memory)");
        Require(tensor.Device.Id == context.Ordinal, $"is on CUDA device {tensor.Device.Id}; memory of {context} is required");
        DlpackDataType type = DlpackDataTypes.Of<T>();
        Require(tensor.DataType == type, $"has elements of {DlpackDataTypes.Describe(tensor.DataType)}; {DlpackDataTypes.Describe(type)} is required for {typeof(T).Name}");
        Require(tensor.Rank is >= 0 and <= MaxRank && (tensor.Rank == 0 || tensor.Shape is not null), $"has {tensor.Rank} dimensions; allowed are 0 to {MaxRank}, with their sizes");
        var sizes = new ReadOnlySpan<long>(tensor.Shape, tensor.Rank);
        long length = DlpackShape.Product(sizes);
        Require(length > 0, $"has the shape {DlpackShape.Describe(sizes)}; at least one element, and sizes whose product fits 63 bits, are required");
        if (tensor.Strides is not null)
        {
            var strides = new ReadOnlySpan<long>(tensor.Strides, tensor.Rank);
            Require(
                DlpackShape.IsRowMajor(sizes, strides),
                $"has the shape {DlpackShape.Describe(sizes)} with strides {DlpackShape.Describe(strides)}; row-major without gaps is required, so copy it first (contiguous() in PyTorch)");
        }

        ulong address = (ulong)tensor.Data + tensor.ByteOffset;
        DeviceMemory.ByteCount<T>(length);
        DeviceMemory.RequireAddress(context, address, DeviceBuffer<T>.Alignment, argument);
        shape = sizes.ToArray();
        return DeviceBuffer<T>.Adopt(context, address, length, new CudaResourceHandle(context.Handle, owner, (_, value) => delete(value)));

        static void Require(bool holds, string problem)
        {
            if (!holds)
            {
                throw new ArgumentException($"{argument} {problem}.", argument);
            }
        }
    }
}
