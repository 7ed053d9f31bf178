using System.Runtime.InteropServices;

namespace MoeGen.Interop;

// The structures of DLPack's C interface (https://dmlc.github.io/dlpack), version 1, field by field.

/// <summary>DLDevice.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DlpackDevice
{
    /// <summary>kDLCUDA.</summary>
    public const int Cuda = 2;

    /// <summary>kDLCUDAManaged.</summary>
    public const int CudaManaged = 13;

    public int Type;

    /// <summary>For CUDA the device's ordinal.</summary>
    public int Id;
}

/// <summary>DLDataType.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct DlpackDataType(byte Code, byte Bits, ushort Lanes);

/// <summary>DLTensor.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DlpackTensorView
{
    public void* Data;
    public DlpackDevice Device;
    public int Rank;
    public DlpackDataType DataType;
    public long* Shape;

    /// <summary>In elements; null means row-major without gaps.</summary>
    public long* Strides;

    public ulong ByteOffset;
}

/// <summary>DLManagedTensor.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DlpackManagedTensor
{
    public DlpackTensorView Tensor;

    /// <summary>The producer's own.</summary>
    public nint Context;

    /// <summary>Called once by the consumer when it is done; null where there is nothing to do.</summary>
    public delegate* unmanaged<DlpackManagedTensor*, void> Deleter;
}

/// <summary>DLManagedTensorVersioned.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DlpackVersionedTensor
{
    /// <summary>DLPACK_FLAG_BITMASK_READ_ONLY.</summary>
    public const ulong ReadOnly = 1;

    /// <summary>The version whose layout this is; another major one may have another behind <see cref="Deleter"/>.</summary>
    public const uint SupportedMajor = 1;

    public uint Major;
    public uint Minor;
    public nint Context;
    public delegate* unmanaged<DlpackVersionedTensor*, void> Deleter;
    public ulong Flags;
    public DlpackTensorView Tensor;
}
