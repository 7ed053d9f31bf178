namespace MoeGen;

/// <summary>Where a kernel came from.</summary>
public enum CacheOutcome
{
    /// <summary>Read from the cache; nothing was compiled.</summary>
    Hit = 0,

    /// <summary>Compiled, for the cache had no entry, and stored.</summary>
    Compiled = 1,

    /// <summary>Compiled, for the cache's entry was damaged, and stored again.</summary>
    Recompiled = 2,

    /// <summary>Compiled, and not stored; <see cref="CachedKernel.Reason"/> says why.</summary>
    NotCached = 3,
}
