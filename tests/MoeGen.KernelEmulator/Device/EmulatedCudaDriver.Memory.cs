using System.Runtime.InteropServices;
using MoeGen.Native;

namespace MoeGen.KernelEmulator;

internal sealed unsafe partial class EmulatedCudaDriver
{
    private int _nextAllocation;

    /// <summary>How many allocations succeed before one fails for want of memory; null: all.</summary>
    public int? AllocationsLeft { get; set; }

    /// <summary>Page-locked host memory that is allocated.</summary>
    public int HostAllocations { get; private set; }

    /// <summary>Copies from the device to the host so far.</summary>
    public int CopiesToHost { get; private set; }

    public CudaResult GetMemoryInfo(out nuint free, out nuint total)
    {
        lock (_lock)
        {
            nuint used = 0;
            _allocations.ForEach(allocation => used += (nuint)allocation.Region.Bytes);
            total = unchecked((nuint)(1UL << 32));
            free = total - used;
            return CudaResult.Success;
        }
    }

    public CudaResult Allocate(out ulong address, nuint bytes)
    {
        lock (_lock)
        {
            address = 0;
            if (bytes == 0)
            {
                return CudaResult.InvalidValue;
            }

            if (NoMemoryLeft())
            {
                return CudaResult.OutOfMemory;
            }

            var allocation = new EmulatedAllocation(bytes, _nextAllocation++);
            _allocations.Add(allocation);
            address = allocation.Region.Begin;
            return CudaResult.Success;
        }
    }

    public CudaResult Free(ulong address)
    {
        lock (_lock)
        {
            int index = _allocations.FindIndex(allocation => allocation.Region.Begin == address);
            if (index < 0)
            {
                return CudaResult.InvalidValue;
            }

            _allocations[index].Free();
            _allocations.RemoveAt(index);
            return CudaResult.Success;
        }
    }

    public CudaResult AllocateHost(out nint address, nuint bytes)
    {
        address = 0;
        if (NoMemoryLeft())
        {
            return CudaResult.OutOfMemory;
        }

        address = (nint)NativeMemory.AllocZeroed(bytes);
        HostAllocations++;
        return CudaResult.Success;
    }

    public CudaResult FreeHost(nint address)
    {
        NativeMemory.Free((void*)address);
        HostAllocations--;
        return CudaResult.Success;
    }

    public CudaResult FillAsync(ulong address, byte value, nuint bytes, nint stream)
    {
        if (Holder(address, bytes) is not { } allocation)
        {
            return CudaResult.InvalidValue;
        }

        return Enqueue(stream, () =>
        {
            NativeMemory.Fill((void*)address, bytes, value);
            allocation.MarkWritten(address, bytes);
            return CudaResult.Success;
        });
    }

    public CudaResult CopyHostToDevice(ulong destination, void* source, nuint bytes) => CopyHostToDeviceAsync(destination, source, bytes, 0);

    public CudaResult CopyDeviceToHost(void* destination, ulong source, nuint bytes) => CopyDeviceToHostAsync(destination, source, bytes, 0);

    public CudaResult CopyDeviceToDevice(ulong destination, ulong source, nuint bytes) => CopyDeviceToDeviceAsync(destination, source, bytes, 0);

    public CudaResult CopyHostToDeviceAsync(ulong destination, void* source, nuint bytes, nint stream)
    {
        if (Holder(destination, bytes) is not { } allocation)
        {
            return CudaResult.InvalidValue;
        }

        return Enqueue(stream, () =>
        {
            Buffer.MemoryCopy(source, (void*)destination, bytes, bytes);
            allocation.MarkWritten(destination, bytes);
            return CudaResult.Success;
        });
    }

    public CudaResult CopyDeviceToHostAsync(void* destination, ulong source, nuint bytes, nint stream)
    {
        if (Holder(source, bytes) is null)
        {
            return CudaResult.InvalidValue;
        }

        CopiesToHost++;

        return Enqueue(stream, () =>
        {
            Buffer.MemoryCopy((void*)source, destination, bytes, bytes);
            return CudaResult.Success;
        });
    }

    public CudaResult CopyDeviceToDeviceAsync(ulong destination, ulong source, nuint bytes, nint stream)
    {
        if (Holder(source, bytes) is null || Holder(destination, bytes) is not { } allocation)
        {
            return CudaResult.InvalidValue;
        }

        return Enqueue(stream, () =>
        {
            Buffer.MemoryCopy((void*)source, (void*)destination, bytes, bytes);
            allocation.MarkWritten(destination, bytes);
            return CudaResult.Success;
        });
    }

    public CudaResult GetPointerAttribute(out int value, CudaPointerAttribute attribute, ulong address)
    {
        value = attribute == CudaPointerAttribute.MemoryType ? 2 : 0;
        return Holder(address, 1) is null ? CudaResult.InvalidValue : CudaResult.Success;
    }

    /// <summary>A library beside the kernels reads or writes; false where the bytes are not device memory.</summary>
    public bool TouchFromOutside(ulong address, nuint bytes, bool writes)
    {
        EmulatedAllocation? holder = Holder(address, bytes);
        if (writes)
        {
            holder?.MarkWritten(address, bytes);
        }

        return holder is not null;
    }

    private bool NoMemoryLeft()
    {
        if (AllocationsLeft is not { } left)
        {
            return false;
        }

        AllocationsLeft = left == 0 ? null : left - 1;
        return left == 0;
    }

    private EmulatedAllocation? Holder(ulong address, nuint bytes)
    {
        lock (_lock)
        {
            return _allocations.Find(
                allocation => address >= allocation.Region.Begin && address + bytes <= allocation.Region.Begin + allocation.Region.Bytes);
        }
    }
}
