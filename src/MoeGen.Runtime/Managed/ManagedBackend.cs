using System.Runtime.Intrinsics;

namespace MoeGen;

/// <summary>The CPU as a place to run layers: single-precision accumulation, several threads, deterministic.</summary>
public sealed class ManagedBackend
{
    /// <summary>Uses these options, or <see cref="ManagedOptions.Default"/>.</summary>
    public ManagedBackend(ManagedOptions? options = null) => Options = options ?? ManagedOptions.Default;

    /// <summary>Threads and rounding points.</summary>
    public ManagedOptions Options { get; }

    /// <summary>For example "managed backend (CPU, 16 logical processors, 256-bit vectors)".</summary>
    public override string ToString()
    {
        int bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        return $"managed backend (CPU, {Environment.ProcessorCount} logical processors, {(bits == 0 ? "no" : $"{bits}-bit")} vectors)";
    }
}
