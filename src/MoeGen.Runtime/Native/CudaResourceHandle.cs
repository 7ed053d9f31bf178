using Microsoft.Win32.SafeHandles;

namespace MoeGen.Native;

/// <summary>
/// Something that lives in a context: memory, a stream, an event, a module, a graph. Holds the context until it is
/// released, so that the order in which finalisers run does not matter.
/// </summary>
internal sealed class CudaResourceHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly CudaContextHandle _context;
    private readonly Func<ICudaDriver, nint, CudaResult> _release;

    /// <param name="context">The context the resource belongs to.</param>
    /// <param name="value">The driver's handle or device address.</param>
    /// <param name="release">Frees it; called once, with the context current.</param>
    internal CudaResourceHandle(CudaContextHandle context, nint value, Func<ICudaDriver, nint, CudaResult> release)
        : base(ownsHandle: true)
    {
        bool added = false;
        context.DangerousAddRef(ref added);
        _context = context;
        _release = release;
        SetHandle(value);
    }

    /// <summary>The raw handle or address.</summary>
    internal nint Value => handle;

    protected override bool ReleaseHandle()
    {
        ICudaDriver driver = _context.Driver;
        bool released = driver.SetCurrentContext(_context.Value) == CudaResult.Success
            && _release(driver, handle) == CudaResult.Success;
        _context.DangerousRelease();
        return released;
    }
}
