using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// Copies with 64-bit byte counts. Those without a stream wait for everything enqueued in the context before and for the
/// copy itself: streams do not wait for the legacy default stream, on which the driver runs such copies.
/// </summary>
internal static unsafe class CudaCopy
{
    internal static void HostToDevice(CudaContext context, ulong destination, void* source, long bytes)
    {
        ICudaDriver driver = context.Driver;
        Copy(context, bytes, "to", () => driver.CopyHostToDevice(destination, source, (nuint)bytes));
    }

    internal static void DeviceToHost(CudaContext context, void* destination, ulong source, long bytes)
    {
        ICudaDriver driver = context.Driver;
        Copy(context, bytes, "from", () => driver.CopyDeviceToHost(destination, source, (nuint)bytes));
    }

    internal static void DeviceToDevice(CudaContext context, ulong destination, ulong source, long bytes)
    {
        ICudaDriver driver = context.Driver;
        Copy(context, bytes, "on", () => driver.CopyDeviceToDevice(destination, source, (nuint)bytes));
    }

    /// <summary>In the stream's order; returns when done, because managed memory may move or go afterwards.</summary>
    internal static void HostToDevice(CudaStream stream, ulong destination, void* source, long bytes)
    {
        using var hold = new HandleHold(stream.Resource);
        RefuseCapture(stream);
        if (bytes == 0)
        {
            return;
        }

        ICudaDriver driver = stream.Context.Driver;
        stream.Context.Check(
            driver.CopyHostToDeviceAsync(destination, source, (nuint)bytes, stream.Handle), $"Copying {bytes} bytes to the device");
        stream.Synchronize();
    }

    /// <inheritdoc cref="HostToDevice(CudaStream, ulong, void*, long)"/>
    internal static void DeviceToHost(CudaStream stream, void* destination, ulong source, long bytes)
    {
        using var hold = new HandleHold(stream.Resource);
        RefuseCapture(stream);
        if (bytes == 0)
        {
            return;
        }

        ICudaDriver driver = stream.Context.Driver;
        stream.Context.Check(
            driver.CopyDeviceToHostAsync(destination, source, (nuint)bytes, stream.Handle), $"Copying {bytes} bytes from the device");
        stream.Synchronize();
    }

    /// <summary>In the stream's order; returns at once and can be captured.</summary>
    internal static void DeviceToDevice(CudaStream stream, ulong destination, ulong source, long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        stream.Context.MakeCurrent();
        ICudaDriver driver = stream.Context.Driver;
        stream.Context.Check(
            driver.CopyDeviceToDeviceAsync(destination, source, (nuint)bytes, stream.Handle), $"Copying {bytes} bytes on the device");
    }

    private static void Copy(CudaContext context, long bytes, string direction, Func<CudaResult> copy)
    {
        if (bytes == 0)
        {
            return;
        }

        context.AfterAllWork(() =>
        {
            context.Check(copy(), $"Copying {bytes} bytes {direction} the device");
            context.WaitForAll();
        });
    }

    private static void RefuseCapture(CudaStream stream)
    {
        if (stream.IsCapturing)
        {
            throw new InvalidOperationException(
                "A copy from or to managed memory cannot be captured: its address does not last. Copy before or after the capture.");
        }
    }
}
