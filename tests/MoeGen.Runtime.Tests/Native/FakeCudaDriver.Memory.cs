using System.Runtime.InteropServices;
using MoeGen.Native;

namespace MoeGen.Tests;

internal sealed unsafe partial class FakeCudaDriver
{
    private readonly Dictionary<ulong, nuint> _allocations = [];

    public int LiveAllocations => _allocations.Count;

    public int LiveHostAllocations { get; private set; }

    public int HostMemoryType { get; set; } = 2;

    public int PointerDevice { get; set; }

    /// <summary>Stores byte counts instead of copying, so that copies larger than the machine's memory can be tried.</summary>
    public List<nuint>? CountedCopies { get; set; }

    /// <summary>With <see cref="CountedCopies"/>: where copies to the device go all the same, again and again, so that their time can be measured.</summary>
    public byte[]? CopySink { get; set; }

    public CudaResult GetMemoryInfo(out nuint free, out nuint total)
    {
        (free, total) = (1000, 2000);
        return Enter(nameof(GetMemoryInfo));
    }

    public CudaResult Allocate(out ulong address, nuint bytes)
    {
        lock (_lock)
        {
            address = 0;
            CudaResult code = bytes == 0 ? CudaResult.InvalidValue : Enter(nameof(Allocate));
            if (code == CudaResult.Success)
            {
                address = (ulong)NativeMemory.AlignedAlloc(CountedCopies is null ? bytes : 256, 256);
                _allocations.Add(address, bytes);
            }

            return code;
        }
    }

    public CudaResult Free(ulong address)
    {
        lock (_lock)
        {
            if (!HasCurrent || !_allocations.Remove(address, out nuint bytes))
            {
                return CudaResult.InvalidValue;
            }

            // As the driver does, after all work that may use it.
            _pending.Clear();
            _freed.Add((address, address + bytes));
            NativeMemory.AlignedFree((void*)address);
            return Released();
        }
    }

    public CudaResult AllocateHost(out nint address, nuint bytes)
    {
        CudaResult code = Enter(nameof(AllocateHost));
        address = code == CudaResult.Success ? (nint)NativeMemory.AllocZeroed(bytes) : 0;
        LiveHostAllocations += code == CudaResult.Success ? 1 : 0;
        return code;
    }

    public CudaResult FreeHost(nint address)
    {
        NativeMemory.Free((void*)address);
        LiveHostAllocations--;
        return Released();
    }

    public CudaResult FillAsync(ulong address, byte value, nuint bytes, nint stream)
    {
        CudaResult code = Enter(nameof(FillAsync), address, bytes);
        if (code == CudaResult.Success)
        {
            NativeMemory.Fill((void*)address, bytes, value);
        }

        return code;
    }

    public CudaResult CopyHostToDevice(ulong destination, void* source, nuint bytes) =>
        Copy(nameof(CopyHostToDevice), destination, (void*)destination, source, bytes);

    public CudaResult CopyDeviceToHost(void* destination, ulong source, nuint bytes) =>
        Copy(nameof(CopyDeviceToHost), source, destination, (void*)source, bytes);

    public CudaResult CopyDeviceToDevice(ulong destination, ulong source, nuint bytes) =>
        Holds(source, bytes)
            ? Copy(nameof(CopyDeviceToDevice), destination, (void*)destination, (void*)source, bytes)
            : CudaResult.InvalidValue;

    public CudaResult CopyHostToDeviceAsync(ulong destination, void* source, nuint bytes, nint stream) =>
        Copy(nameof(CopyHostToDeviceAsync), destination, (void*)destination, source, bytes);

    public CudaResult CopyDeviceToHostAsync(void* destination, ulong source, nuint bytes, nint stream) =>
        Copy(nameof(CopyDeviceToHostAsync), source, destination, (void*)source, bytes);

    public CudaResult CopyDeviceToDeviceAsync(ulong destination, ulong source, nuint bytes, nint stream) =>
        CopyDeviceToDevice(destination, source, bytes);

    public CudaResult GetPointerAttribute(out int value, CudaPointerAttribute attribute, ulong address)
    {
        value = attribute == CudaPointerAttribute.MemoryType ? HostMemoryType : PointerDevice;
        return Holds(address, 1) ? Enter(nameof(GetPointerAttribute)) : CudaResult.InvalidValue;
    }

    private CudaResult Copy(string method, ulong deviceAddress, void* destination, void* source, nuint bytes)
    {
        CudaResult code = Enter(method, deviceAddress, bytes);
        if (code == CudaResult.Success && CountedCopies is not null)
        {
            CountedCopies.Add(bytes);
            for (nuint done = 0; CopySink is not null && done < bytes; done += (nuint)CopySink.Length)
            {
                int piece = (int)Math.Min((nuint)CopySink.Length, bytes - done);
                new ReadOnlySpan<byte>((byte*)source + done, piece).CopyTo(CopySink);
            }
        }
        else if (code == CudaResult.Success)
        {
            Buffer.MemoryCopy(source, destination, bytes, bytes);
        }

        return code;
    }

    private CudaResult Enter(string method, ulong address, nuint bytes) =>
        Holds(address, bytes) ? Enter(method) : CudaResult.InvalidValue;

    private bool Holds(ulong address, nuint bytes)
    {
        lock (_lock)
        {
            foreach ((ulong start, nuint length) in _allocations)
            {
                if (address >= start && address + bytes <= start + length)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
