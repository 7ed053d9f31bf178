namespace MoeGen;

/// <summary>A kernel that went through the cache.</summary>
/// <param name="Kernel">The image and what the compiler said when it was compiled.</param>
/// <param name="Outcome">Where it came from.</param>
/// <param name="Reason">What was damaged, or why it was not cached; empty otherwise.</param>
/// <param name="Key">64 lower-case hex digits: SHA-256 of text, options, NVRTC version and architecture.</param>
/// <param name="Path">The entry's file; null where it is not cached.</param>
/// <param name="Elapsed">Time from call to result.</param>
public sealed record CachedKernel(
    CompiledKernel Kernel, CacheOutcome Outcome, string Reason, string Key, string? Path, TimeSpan Elapsed);
