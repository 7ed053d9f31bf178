using MoeGen.Native;

namespace MoeGen;

public sealed unsafe partial class DeviceBuffer<T>
{
    /// <summary>Copies host memory to the whole buffer; waits for all work enqueued before, and for the copy.</summary>
    /// <param name="source">Exactly <see cref="Length"/> elements.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public void CopyFrom(ReadOnlySpan<T> source)
    {
        RequireLength(source.Length, nameof(source));
        CopyFrom(0, source);
    }

    /// <summary>Copies host memory to the elements from <paramref name="offset"/>; waits for all work enqueued before, and for the copy.</summary>
    /// <param name="offset">First element to write.</param>
    /// <param name="source">At most <see cref="Length"/> - <paramref name="offset"/> elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the buffer.</exception>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public void CopyFrom(long offset, ReadOnlySpan<T> source)
    {
        RequireRange(offset, source.Length);
        using HandleHold hold = Hold();
        ulong destination = Pointer.Address + (ulong)(offset * sizeof(T));
        fixed (T* host = source)
        {
            CudaCopy.HostToDevice(Context, destination, host, (long)source.Length * sizeof(T));
        }
    }

    /// <summary>Copies host memory to the whole buffer in a stream's order; waits for that stream alone.</summary>
    /// <param name="source">Exactly <see cref="Length"/> elements.</param>
    /// <param name="stream">A stream of the same device that is not being captured.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the stream belongs to another device.</exception>
    /// <exception cref="InvalidOperationException">The stream is being captured.</exception>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public void CopyFrom(ReadOnlySpan<T> source, CudaStream stream)
    {
        RequireLength(source.Length, nameof(source));
        RequireStream(stream);
        using HandleHold hold = Hold();
        fixed (T* host = source)
        {
            CudaCopy.HostToDevice(stream, Pointer.Address, host, ByteLength);
        }
    }

    /// <summary>Enqueues a copy of another buffer of the same device; does not wait, and can be captured.</summary>
    /// <param name="source">A buffer of the same length.</param>
    /// <param name="stream">A stream of the same device.</param>
    /// <exception cref="ArgumentException">The lengths differ, or something belongs to another device.</exception>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public void CopyFrom(DeviceBuffer<T> source, CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(source);
        RequireLength(source.Length, nameof(source));
        RequireStream(stream);
        stream.RequireContext(source.Context, nameof(source));
        using HandleHold hold = Hold();
        using HandleHold sourceHold = source.Hold();
        CudaCopy.DeviceToDevice(stream, Pointer.Address, source.Pointer.Address, ByteLength);
    }

    /// <summary>Copies another buffer of the same device; waits for all work enqueued before, and for the copy.</summary>
    /// <param name="source">A buffer of the same length.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the source belongs to another device.</exception>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public void CopyFrom(DeviceBuffer<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        RequireLength(source.Length, nameof(source));
        Context.DefaultStream.RequireContext(source.Context, nameof(source));
        using HandleHold hold = Hold();
        using HandleHold sourceHold = source.Hold();
        CudaCopy.DeviceToDevice(Context, Pointer.Address, source.Pointer.Address, ByteLength);
    }

    /// <summary>Copies the whole buffer to host memory; waits for all work enqueued before.</summary>
    /// <param name="destination">Exactly <see cref="Length"/> elements.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="CudaException">The driver reports an error, also one of a kernel before.</exception>
    public void CopyTo(Span<T> destination)
    {
        RequireLength(destination.Length, nameof(destination));
        using HandleHold hold = Hold();
        fixed (T* host = destination)
        {
            CudaCopy.DeviceToHost(Context, host, Pointer.Address, ByteLength);
        }
    }

    /// <summary>Copies the whole buffer to host memory in a stream's order; waits for that stream alone.</summary>
    /// <param name="destination">Exactly <see cref="Length"/> elements.</param>
    /// <param name="stream">A stream of the same device that is not being captured.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the stream belongs to another device.</exception>
    /// <exception cref="InvalidOperationException">The stream is being captured.</exception>
    /// <exception cref="CudaException">The driver reports an error, also one of a kernel before.</exception>
    public void CopyTo(Span<T> destination, CudaStream stream)
    {
        RequireLength(destination.Length, nameof(destination));
        RequireStream(stream);
        using HandleHold hold = Hold();
        fixed (T* host = destination)
        {
            CudaCopy.DeviceToHost(stream, host, Pointer.Address, ByteLength);
        }
    }
}
