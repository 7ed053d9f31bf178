using System.Runtime.InteropServices;
using MoeGen.Interop;

namespace MoeGen.Tests;

/// <summary>A tensor that another library made over memory of its own, right unless a test changes it; it counts how often it is deleted.</summary>
internal sealed unsafe class ForeignTensor : IDisposable
{
    private static readonly Dictionary<nint, ForeignTensor> s_alive = [];

    private readonly long* _sizes = (long*)NativeMemory.AllocZeroed(16, sizeof(long));
    private readonly DlpackManagedTensor* _tensor = (DlpackManagedTensor*)NativeMemory.AllocZeroed((nuint)sizeof(DlpackManagedTensor));
    private readonly DlpackVersionedTensor* _versioned = (DlpackVersionedTensor*)NativeMemory.AllocZeroed((nuint)sizeof(DlpackVersionedTensor));

    public ForeignTensor(ulong address, long[] shape, DlpackDataType type)
    {
        View = new DlpackTensorView
        {
            Data = (void*)address,
            Device = new DlpackDevice { Type = DlpackDevice.Cuda },
            DataType = type,
            Rank = shape.Length,
            Shape = _sizes,
        };
        shape.CopyTo(new Span<long>(_sizes, 8));
        lock (s_alive)
        {
            s_alive.Add((nint)_tensor, this);
            s_alive.Add((nint)_versioned, this);
        }
    }

    public DlpackTensorView View;

    public int Deleted { get; private set; }

    public uint Major { get; set; } = 1;

    public ulong Flags { get; set; }

    /// <summary>In elements; the last 8 of the block.</summary>
    public void SetStrides(params long[] strides)
    {
        strides.CopyTo(new Span<long>(_sizes + 8, 8));
        View.Strides = _sizes + 8;
    }

    public nint Managed()
    {
        *_tensor = new DlpackManagedTensor { Tensor = View, Deleter = &Delete };
        return (nint)_tensor;
    }

    public nint Versioned()
    {
        *_versioned = new DlpackVersionedTensor { Tensor = View, Major = Major, Minor = 9, Flags = Flags, Deleter = &DeleteVersioned };
        return (nint)_versioned;
    }

    public void Dispose()
    {
        lock (s_alive)
        {
            s_alive.Remove((nint)_tensor);
            s_alive.Remove((nint)_versioned);
        }

        NativeMemory.Free(_sizes);
        NativeMemory.Free(_tensor);
        NativeMemory.Free(_versioned);
    }

    [UnmanagedCallersOnly]
    private static void Delete(DlpackManagedTensor* tensor) => Count((nint)tensor);

    [UnmanagedCallersOnly]
    private static void DeleteVersioned(DlpackVersionedTensor* tensor) => Count((nint)tensor);

    private static void Count(nint tensor)
    {
        lock (s_alive)
        {
            s_alive[tensor].Deleted++;
        }
    }
}
