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

    /// <summary>Throws unless <paramref name="actual"/> is the layer's device.</summary>
    public static void CheckDevice(CudaContext actual, CudaContext required, string name)
    {
        if (!ReferenceEquals(actual, required) && actual.Ordinal != required.Ordinal)
        {
            throw new ArgumentException($"{name} lies on device {actual.Ordinal} ({actual.Name}); the layer runs on device {required.Ordinal} ({required.Name}).", name);
        }
    }
}
