namespace MoeGen;

/// <summary>An address in device memory with its element type; blittable, so that it can be a field of kernel arguments.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="Address">Device address in bytes; 0 where the argument is absent.</param>
public readonly record struct DevicePointer<T>(ulong Address)
    where T : unmanaged
{
    /// <summary>Whether the argument is absent.</summary>
    public bool IsNull => Address == 0;
}
