namespace MoeGen.KernelEmulator;

/// <summary>What a kernel did wrong; the same numbers as in native/core/fault.h.</summary>
public enum FaultKind
{
    /// <summary>No kind.</summary>
    None = 0,

    /// <summary>An access outside every allocation, shared variable or array; it ends the launch.</summary>
    OutOfBounds = 1,

    /// <summary>An address that is not aligned for the access; it ends the launch.</summary>
    Misaligned = 2,

    /// <summary>A read of memory that neither host nor kernel has written.</summary>
    UninitializedRead = 3,

    /// <summary>Two threads touch the same bytes, one of them writing, with nothing that orders them.</summary>
    DataRace = 4,

    /// <summary>A cp.async destination was touched before its wait, or never waited for.</summary>
    CopyUnderWay = 5,

    /// <summary>Threads of a block met at different barriers, or without those that had ended.</summary>
    BarrierDivergence = 6,

    /// <summary>Lanes of a warp met in different collectives, or with masks that do not agree.</summary>
    CollectiveMismatch = 7,

    /// <summary>Nobody can run any more; it ends the launch.</summary>
    Deadlock = 8,

    /// <summary>A thread touched another one's local memory.</summary>
    ForeignStack = 9,

    /// <summary>A thread ran on without meeting others; it ends the launch.</summary>
    Endless = 10,

    /// <summary>C++ leaves the result open: a signed overflow, a shift too far, a division by zero.</summary>
    UndefinedBehaviour = 11,
}
