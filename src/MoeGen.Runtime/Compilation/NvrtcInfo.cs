namespace MoeGen;

/// <summary>The NVRTC this process uses.</summary>
/// <param name="Version">Major and minor version of its CUDA toolkit, for instance 12.4.</param>
/// <param name="LibraryPath">Its file; null where the system does not tell.</param>
/// <param name="SupportedArchitectures">The numbers XY of the architectures sm_XY it compiles to, ascending.</param>
public sealed record NvrtcInfo(Version Version, string? LibraryPath, IReadOnlyList<int> SupportedArchitectures);
