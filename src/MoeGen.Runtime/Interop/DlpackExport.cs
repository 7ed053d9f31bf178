using System.Runtime.InteropServices;
using MoeGen.Native;

namespace MoeGen.Interop;

/// <summary>What an exported tensor keeps until its consumer deletes it: the memory, whoever disposes the buffer meanwhile.</summary>
internal sealed unsafe class DlpackExport : IDisposable
{
    // Also of wrapped memory, which has no handle, so that the wrapper's own owner can be reached from it.
    private readonly object _buffer;
    private readonly CudaResourceHandle? _memory;

    private DlpackExport(object buffer, CudaResourceHandle? memory)
    {
        bool added = false;
        memory?.DangerousAddRef(ref added);
        _buffer = buffer;
        _memory = memory;
    }

    /// <summary>A block of native memory: the structure, then shape and strides.</summary>
    public static nint Create<T>(DeviceBuffer<T> buffer, ReadOnlySpan<long> shape, bool versioned)
        where T : unmanaged
    {
        DlpackDataType type = DlpackDataTypes.Of<T>();
        DlpackShape.CheckProduct(shape, buffer.Length, nameof(shape));
        ulong address = buffer.Pointer.Address;
        var export = new DlpackExport(buffer, buffer.Resource);
        int head = versioned ? sizeof(DlpackVersionedTensor) : sizeof(DlpackManagedTensor);
        var block = (byte*)NativeMemory.AllocZeroed((nuint)(head + (2 * shape.Length * sizeof(long))));
        var sizes = (long*)(block + head);
        shape.CopyTo(new Span<long>(sizes, shape.Length));
        DlpackShape.RowMajorStrides(shape, new Span<long>(sizes + shape.Length, shape.Length));
        var view = new DlpackTensorView
        {
            Data = (void*)address,
            Device = new DlpackDevice { Type = DlpackDevice.Cuda, Id = buffer.Context.Ordinal },
            Rank = shape.Length,
            DataType = type,
            Shape = sizes,
            Strides = sizes + shape.Length,
        };
        nint context = GCHandle.ToIntPtr(GCHandle.Alloc(export));
        if (versioned)
        {
            *(DlpackVersionedTensor*)block = new DlpackVersionedTensor { Major = DlpackVersionedTensor.SupportedMajor, Context = context, Deleter = &DeleteVersioned, Tensor = view };
        }
        else
        {
            *(DlpackManagedTensor*)block = new DlpackManagedTensor { Tensor = view, Context = context, Deleter = &Delete };
        }

        return (nint)block;
    }

    public void Dispose()
    {
        _memory?.DangerousRelease();
        GC.KeepAlive(_buffer);
    }

    [UnmanagedCallersOnly]
    private static void Delete(DlpackManagedTensor* tensor) => Free(tensor, tensor->Context);

    [UnmanagedCallersOnly]
    private static void DeleteVersioned(DlpackVersionedTensor* tensor) => Free(tensor, tensor->Context);

    private static void Free(void* block, nint context)
    {
        GCHandle handle = GCHandle.FromIntPtr(context);
        ((DlpackExport)handle.Target!).Dispose();
        handle.Free();
        NativeMemory.Free(block);
    }
}
