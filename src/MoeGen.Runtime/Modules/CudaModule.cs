using MoeGen.Native;

namespace MoeGen;

/// <summary>A compiled image loaded on a device.</summary>
public sealed class CudaModule : IDisposable
{
    private readonly CudaResourceHandle _handle;

    private CudaModule(CudaContext context, CudaResourceHandle handle)
    {
        Context = context;
        _handle = handle;
    }

    /// <summary>The context the module is loaded in.</summary>
    public CudaContext Context { get; }

    /// <summary>The driver's handle (CUmodule).</summary>
    /// <exception cref="ObjectDisposedException">The module was disposed.</exception>
    public nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return _handle.Value;
        }
    }

    /// <summary>Loads a compiled text.</summary>
    /// <exception cref="CudaException">The image is not for this device, or another error of the driver.</exception>
    public static CudaModule Load(CudaContext context, CompiledKernel compiled)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(compiled);
        return Load(context, compiled.Bytes, $"Loading '{compiled.Name}' ({compiled.Architecture}) on {context}");
    }

    /// <summary>Loads a cubin, a fat binary or PTX text.</summary>
    /// <param name="context">The device.</param>
    /// <param name="image">The bytes; PTX need not end in a zero byte.</param>
    /// <exception cref="ArgumentException">The image is empty.</exception>
    /// <exception cref="CudaException">The image is not for this device, or another error of the driver.</exception>
    public static CudaModule Load(CudaContext context, ReadOnlySpan<byte> image)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (image.IsEmpty)
        {
            throw new ArgumentException("The image is empty.", nameof(image));
        }

        return Load(context, image, $"Loading a module of {image.Length} bytes on {context}");
    }

    /// <summary>Looks a kernel up and prepares it for launches of one block size.</summary>
    /// <param name="name">Its name in the CUDA text, declared <c>extern "C"</c>.</param>
    /// <param name="threads">Threads a block, 1 to 1024, and within the kernel's launch bounds.</param>
    /// <param name="sharedMemoryBytes">Dynamic shared memory a block, in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kernel or the device does not allow that many threads or bytes.</exception>
    /// <exception cref="CudaException">There is no such kernel, or another error of the driver.</exception>
    public CudaKernel GetKernel(string name, int threads, int sharedMemoryBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        using var hold = new HandleHold(_handle);
        Context.MakeCurrent();
        ICudaDriver driver = Context.Driver;
        Context.Check(driver.GetFunction(out nint function, Handle, name), "Looking up the entry point", name);
        return new CudaKernel(this, function, name, threads, sharedMemoryBytes);
    }

    internal CudaResourceHandle Resource => _handle;

    /// <summary>
    /// Unloads the module, after everything enqueued on the device has run, for its kernels may be among it. Graphs that hold its
    /// kernels must not be launched afterwards.
    /// </summary>
    public void Dispose()
    {
        if (!_handle.IsClosed)
        {
            Context.WaitBeforeRelease();
        }

        _handle.Dispose();
    }

    /// <summary>Unloads a module that nothing was launched from.</summary>
    internal void Unload() => _handle.Dispose();

    private static unsafe CudaModule Load(CudaContext context, ReadOnlySpan<byte> image, string operation)
    {
        context.MakeCurrent();
        ICudaDriver driver = context.Driver;

        // The driver reads PTX up to a zero byte and takes a cubin's length from its header.
        byte[] terminated = new byte[image.Length + 1];
        image.CopyTo(terminated);
        fixed (byte* first = terminated)
        {
            context.Check(driver.LoadModule(out nint module, first), operation);
            return new CudaModule(
                context, new CudaResourceHandle(context.Handle, module, static (driver, value) => driver.UnloadModule(value)));
        }
    }
}
