using System.Runtime.CompilerServices;
using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// Device memory of a number of elements: owned (<see cref="CudaContext.Allocate{T}"/>), a view of a part
/// (<see cref="Slice"/>), wrapped around an address that another library owns (<see cref="Wrap"/>), or taken over from one
/// (<see cref="MoeGen.Interop.DlpackTensor.Import"/>).
/// Freeing owned memory, by <see cref="Dispose"/> or by the garbage collector, waits until the device is done with it;
/// still, keep the buffer referenced until the last launch that uses its <see cref="Pointer"/> is enqueued.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed unsafe partial class DeviceBuffer<T> : IDeviceMemory, IDisposable
    where T : unmanaged
{
    /// <summary>What base addresses must be aligned to where kernels use them, in bytes.</summary>
    internal const int Alignment = 16;

    private readonly CudaResourceHandle? _memory;
    private readonly DeviceBuffer<T>? _owner;
    private readonly ulong _address;
    private volatile bool _disposed;

    private DeviceBuffer(CudaContext context, ulong address, long length, CudaResourceHandle? memory, DeviceBuffer<T>? owner)
    {
        Context = context;
        Length = length;
        _address = address;
        _memory = memory;
        _owner = owner;
    }

    /// <summary>The context the memory belongs to.</summary>
    public CudaContext Context { get; }

    /// <summary>Number of elements.</summary>
    public long Length { get; }

    /// <summary>Size in bytes.</summary>
    public long ByteLength => Length * sizeof(T);

    /// <summary>Whether this buffer, or the one it is a view of, was disposed.</summary>
    public bool IsDisposed => _disposed || (_owner?.IsDisposed ?? false);

    /// <summary>The address of the first element; never null, also for length 0.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public DevicePointer<T> Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            return new DevicePointer<T>(_address);
        }
    }

    /// <summary>What frees the memory: held by a call while it enqueues work on it. Null where another library owns the memory.</summary>
    internal CudaResourceHandle? Resource => _owner is null ? _memory : _owner.Resource;

    CudaResourceHandle? IDeviceMemory.Resource => Resource;

    /// <summary>
    /// Uses memory that another library owns, without copying: ManagedCuda's <c>DevicePointer.Pointer</c>, TorchSharp's
    /// <c>data_ptr</c>. Disposing the wrapper leaves the memory as it is; keep its owner alive as long as the wrapper is used.
    /// </summary>
    /// <param name="context">The context of the device that holds the memory.</param>
    /// <param name="address">Device address; a multiple of 16 bytes.</param>
    /// <param name="length">Number of elements.</param>
    /// <exception cref="ArgumentException">The address is null, not a multiple of 16, unknown to CUDA, host memory, or on another device.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or its bytes exceed 2^63 - 1.</exception>
    public static DeviceBuffer<T> Wrap(CudaContext context, nint address, long length)
    {
        ArgumentNullException.ThrowIfNull(context);
        _ = DeviceMemory.ByteCount<T>(length);
        DeviceMemory.RequireAddress(context, (ulong)address, Alignment, nameof(address));
        return new DeviceBuffer<T>(context, (ulong)address, length, null, null);
    }

    /// <summary>
    /// A view of <paramref name="length"/> elements from <paramref name="offset"/>. It owns nothing and keeps this buffer
    /// alive. A view that does not start at a multiple of 16 bytes can be copied, and is refused as a layer's argument.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the buffer.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public DeviceBuffer<T> Slice(long offset, long length)
    {
        RequireRange(offset, length);
        return new DeviceBuffer<T>(Context, Pointer.Address + (ulong)(offset * sizeof(T)), length, null, this);
    }

    /// <summary>Enqueues setting every byte to a value; does not wait, and can be captured.</summary>
    /// <param name="value">The byte.</param>
    /// <param name="stream">A stream of the same device; left out: the legacy default stream.</param>
    /// <exception cref="ArgumentException">The stream belongs to another device.</exception>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public void Fill(byte value, CudaStream? stream = null) => FillFirst(ByteLength, value, stream ?? Context.DefaultStream);

    /// <summary>Frees owned memory after the device is done with it; a view or wrapper only ends itself.</summary>
    public void Dispose()
    {
        _disposed = true;
        _memory?.Dispose();
    }

    /// <summary>For instance <c>DeviceBuffer&lt;Single&gt;[1024] at 0x7F0000000000</c>.</summary>
    public override string ToString() => $"DeviceBuffer<{typeof(T).Name}>[{Length}] at 0x{_address:X}{(IsDisposed ? ", disposed" : "")}";

    /// <summary>As <see cref="Fill"/>, of the first bytes only.</summary>
    internal void FillFirst(long bytes, byte value, CudaStream stream)
    {
        RequireStream(stream);
        ulong address = Pointer.Address;
        if (bytes > 0)
        {
            using HandleHold hold = Hold();
            Context.MakeCurrent();
            Context.Check(Context.Driver.FillAsync(address, value, (nuint)bytes, stream.Handle), "Filling device memory");
        }
    }

    internal static DeviceBuffer<T> Allocate(CudaContext context, long length)
    {
        CudaResourceHandle memory = DeviceMemory.Allocate(context, DeviceMemory.ByteCount<T>(length));
        return new DeviceBuffer<T>(context, (ulong)memory.Value, length, memory, null);
    }

    /// <summary>Memory of another library that is given back through <paramref name="memory"/>, as owned memory is freed.</summary>
    internal static DeviceBuffer<T> Adopt(CudaContext context, ulong address, long length, CudaResourceHandle memory) =>
        new(context, address, length, memory, null);

    // Freed meanwhile by another thread, the memory goes when the driver has taken the call.
    private HandleHold Hold()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return new HandleHold(Resource);
    }

    private void RequireStream(CudaStream stream, [CallerArgumentExpression(nameof(stream))] string argument = "")
    {
        ArgumentNullException.ThrowIfNull(stream, argument);
        stream.RequireContext(Context, argument);
    }

    private void RequireLength(long length, string argument)
    {
        if (length != Length)
        {
            throw new ArgumentException($"The lengths differ: {argument} has {length} elements, the buffer has {Length}.", argument);
        }
    }

    private void RequireRange(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (offset > Length || length > Length - offset)
        {
            throw new ArgumentOutOfRangeException(
                nameof(length), length, $"{length} elements from {offset} leave the buffer, which has {Length} elements.");
        }
    }
}
