using Microsoft.Win32.SafeHandles;

namespace MoeGen.Native;

/// <summary>One reference to a device's primary context. Resources of the context hold it, so it outlives them all.</summary>
internal sealed class CudaContextHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal CudaContextHandle(ICudaDriver driver, int device, nint context)
        : base(ownsHandle: true)
    {
        Driver = driver;
        Device = device;
        State = PrimaryContextState.Retain(driver, context);
        SetHandle(context);
    }

    internal ICudaDriver Driver { get; }

    internal int Device { get; }

    internal PrimaryContextState State { get; }

    /// <summary>The raw context.</summary>
    internal nint Value => handle;

    protected override bool ReleaseHandle()
    {
        // First, so that a primary context retained after this one has gone never meets its state.
        State.Release();
        return Driver.ReleasePrimaryContext(Device) == CudaResult.Success;
    }
}
