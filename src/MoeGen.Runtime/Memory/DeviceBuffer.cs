namespace MoeGen;

/// <summary>Device memory of a number of elements.</summary>
public sealed class DeviceBuffer<T> where T : unmanaged;
