namespace MoeGen;

/// <summary>What every buffer must satisfy before anything is launched.</summary>
internal static class BufferChecks
{
    private const ulong Alignment = 16;

    /// <summary>Throws unless the buffer is alive, of this length, on this device and aligned for 16-byte accesses.</summary>
    public static void Check<T>(DeviceBuffer<T>? buffer, long length, CudaContext context, string name, string meaning)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer, name);
        ObjectDisposedException.ThrowIf(buffer.IsDisposed, buffer);
        if (buffer.Length != length)
        {
            throw new ArgumentException($"{name} has {buffer.Length} elements; {meaning} = {length} are required.", name);
        }

        CheckDevice(buffer.Context, context, name);
        if (buffer.Pointer.Address % Alignment != 0)
        {
            throw new ArgumentException($"{name} starts at 0x{buffer.Pointer.Address:x}; addresses must be multiples of {Alignment} bytes.", name);
        }
    }

    /// <summary>The address of a token count; null where there is none.</summary>
    public static DevicePointer<int> TokenCount(DeviceBuffer<int>? numTokensOnDevice, CudaContext context)
    {
        if (numTokensOnDevice is null)
        {
            return default;
        }

        ObjectDisposedException.ThrowIf(numTokensOnDevice.IsDisposed, numTokensOnDevice);
        if (numTokensOnDevice.Length != 1)
        {
            throw new ArgumentException($"numTokensOnDevice has {numTokensOnDevice.Length} elements; 1 is required.", nameof(numTokensOnDevice));
        }

        CheckDevice(numTokensOnDevice.Context, context, nameof(numTokensOnDevice));
        ulong address = numTokensOnDevice.Pointer.Address;
        return address % sizeof(int) == 0
            ? numTokensOnDevice.Pointer
            : throw new ArgumentException($"numTokensOnDevice starts at 0x{address:x}; addresses must be multiples of {sizeof(int)} bytes.", nameof(numTokensOnDevice));
    }

    /// <summary>Throws unless <paramref name="actual"/> is the layer's device.</summary>
    public static void CheckDevice(CudaContext actual, CudaContext required, string name)
    {
        if (!ReferenceEquals(actual, required) && actual.Ordinal != required.Ordinal)
        {
            throw new ArgumentException($"{name} lies on device {actual.Ordinal} ({actual.Name}); the layer runs on device {required.Ordinal} ({required.Name}).", name);
        }
    }
}
