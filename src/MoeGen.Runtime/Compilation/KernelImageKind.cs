namespace MoeGen;

/// <summary>What kind of image a compilation gave.</summary>
public enum KernelImageKind
{
    /// <summary>Machine code for one architecture.</summary>
    Cubin = 0,

    /// <summary>PTX text, ending in a zero byte; the driver compiles it when the module is loaded.</summary>
    Ptx = 1,
}
