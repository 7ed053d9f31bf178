using MoeGen.Native;

namespace MoeGen;

/// <summary>What <see cref="DeviceBuffer{T}"/> does that does not depend on its element type.</summary>
internal static class DeviceMemory
{
    private const int Host = 1;

    /// <exception cref="ArgumentOutOfRangeException">Negative, or too many for 63 bits of bytes.</exception>
    internal static unsafe long ByteCount<T>(long length)
        where T : unmanaged
    {
        long most = long.MaxValue / sizeof(T);
        if (length < 0 || length > most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(length), length, $"The number of elements must be between 0 and {most}.");
        }

        return length * sizeof(T);
    }

    internal static CudaResourceHandle Allocate(CudaContext context, long bytes)
    {
        context.MakeCurrent();
        ICudaDriver driver = context.Driver;

        // The driver refuses 0 bytes; an empty buffer still has an address, for null means an absent argument.
        CudaResult code = driver.Allocate(out ulong address, (nuint)Math.Max(bytes, 16));
        if (code != CudaResult.Success)
        {
            context.Check(code, $"Allocating {bytes} bytes on {context}");
        }

        // The driver waits for outstanding work before it frees, so releasing from a finaliser is safe too.
        return new CudaResourceHandle(context.Handle, (nint)address, static (driver, value) => driver.Free((ulong)value));
    }

    /// <summary>Refuses an address that kernels of this context cannot use.</summary>
    internal static void RequireAddress(CudaContext context, ulong address, int alignment, string argument)
    {
        if (address == 0)
        {
            throw new ArgumentException("0x0 is no device address; a non-null one is needed.", argument);
        }

        if (address % (ulong)alignment != 0)
        {
            throw new ArgumentException(
                $"0x{address:X} is not aligned; allowed are multiples of {alignment} bytes.", argument);
        }

        context.MakeCurrent();
        ICudaDriver driver = context.Driver;
        if (driver.GetPointerAttribute(out int type, CudaPointerAttribute.MemoryType, address) != CudaResult.Success)
        {
            throw new ArgumentException($"0x{address:X} is not an address that CUDA knows; device memory is needed.", argument);
        }

        if (type == Host)
        {
            throw new ArgumentException($"0x{address:X} is host memory; device memory is needed.", argument);
        }

        context.Check(
            driver.GetPointerAttribute(out int ordinal, CudaPointerAttribute.DeviceOrdinal, address),
            $"Asking which device holds 0x{address:X}");
        if (ordinal != context.Handle.Device)
        {
            throw new ArgumentException($"0x{address:X} is memory of device {ordinal}; memory of {context} is needed.", argument);
        }
    }
}
