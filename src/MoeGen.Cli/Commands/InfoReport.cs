namespace MoeGen.Cli.Commands;

/// <summary>The JSON of <c>moegen info</c>.</summary>
/// <param name="Version">Of this tool and its run time.</param>
/// <param name="Gpus">Devices that the driver sees.</param>
/// <param name="NoGpu">Why there is none; null where there is.</param>
/// <param name="Driver">Newest CUDA version that the driver supports; null without one.</param>
/// <param name="Nvrtc">The compiler of kernels.</param>
/// <param name="Cublas">The library that classes with Gemm = Cublas use.</param>
/// <param name="Cache">Where compiled kernels are kept.</param>
/// <param name="Tuning">The table that was named; null where none was.</param>
internal sealed record InfoReport(
    string Version,
    IReadOnlyList<GpuReport> Gpus,
    string? NoGpu,
    string? Driver,
    LibraryReport Nvrtc,
    LibraryReport Cublas,
    CacheReport Cache,
    TuningReport? Tuning);

/// <summary>A device.</summary>
internal sealed record GpuReport(int Ordinal, string Name, string ComputeCapability, int Multiprocessors, long MemoryBytes, long FreeMemoryBytes);

/// <summary>A library that is looked for.</summary>
/// <param name="Found">Whether it loads.</param>
/// <param name="Path">Its file.</param>
/// <param name="Version">Its version, where it tells without a device.</param>
/// <param name="Tried">Every file that was tried and why it did not load; null where one did.</param>
internal sealed record LibraryReport(bool Found, string? Path = null, string? Version = null, IReadOnlyList<string>? Tried = null);

/// <summary>The cache of compiled kernels.</summary>
internal sealed record CacheReport(string? Folder, int Entries, long Bytes);

/// <summary>A tuning table.</summary>
internal sealed record TuningReport(string File, string? Problem, IReadOnlyList<TuningEntryReport> Entries);

/// <summary>An entry of it.</summary>
/// <param name="Matches">Whether it would be used here.</param>
/// <param name="Problem">Why not; null where it would.</param>
internal sealed record TuningEntryReport(
    string Layer, string Device, string ComputeCapability, int Multiprocessors, int NumExperts, int TopK, int HiddenSize, int IntermediateSize, int Points, bool Matches, string? Problem);
