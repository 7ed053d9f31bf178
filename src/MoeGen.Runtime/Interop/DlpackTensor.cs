using MoeGen.Native;

namespace MoeGen.Interop;

/// <summary>
/// Device memory to and from other libraries by DLPack, without copying. A tensor is the address of a <c>DLManagedTensor</c>, or, in the
/// methods that say so, of a <c>DLManagedTensorVersioned</c> of major version 1; what such an address is, is for the caller to know.
/// </summary>
/// <remarks>
/// DLPack says nothing of streams: whoever gets a tensor orders its work after the producer's, for instance with
/// <see cref="CudaStream.Wrap"/> around the producer's stream, or an event. See docs/interop.md.
/// </remarks>
public static unsafe class DlpackTensor
{
    /// <summary>Exports a buffer. Its memory stays until the consumer calls the tensor's deleter, also if the buffer is disposed before.</summary>
    /// <typeparam name="T"><see cref="BFloat16"/>, <see cref="Half"/>, <see cref="float"/>, <see cref="double"/> or an integer of 8 to 64 bits.</typeparam>
    /// <param name="buffer">The buffer. Where it wraps memory of another library, that library's rules of lifetime stay.</param>
    /// <param name="shape">Sizes, outermost first, whose product is the buffer's length; left out, one dimension.</param>
    /// <returns>A <c>DLManagedTensor</c>: hand it to one consumer, or end it with <see cref="Delete"/>.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    public static nint Export<T>(DeviceBuffer<T> buffer, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return DlpackExport.Create(buffer, shape.IsEmpty ? [buffer.Length] : shape, versioned: false);
    }

    /// <summary>As <see cref="Export"/>, as a <c>DLManagedTensorVersioned</c>.</summary>
    /// <typeparam name="T">As there.</typeparam>
    /// <param name="buffer">As there.</param>
    /// <param name="shape">As there.</param>
    /// <returns>Hand it to one consumer, or end it with <see cref="DeleteVersioned"/>.</returns>
    public static nint ExportVersioned<T>(DeviceBuffer<T> buffer, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return DlpackExport.Create(buffer, shape.IsEmpty ? [buffer.Length] : shape, versioned: true);
    }

    /// <summary>
    /// Takes a tensor over: the buffer's <see cref="DeviceBuffer{T}.Dispose"/>, or its finaliser, calls the producer's deleter, once. After
    /// an exception the tensor is still the caller's.
    /// </summary>
    /// <typeparam name="T">Element type, which must be the tensor's.</typeparam>
    /// <param name="context">The device, which must be the tensor's.</param>
    /// <param name="tensor">A <c>DLManagedTensor</c>: row-major without gaps, at least one element, at a multiple of 16 bytes.</param>
    /// <param name="shape">Its sizes, outermost first.</param>
    /// <exception cref="ArgumentException">The tensor is null, or its device, type, shape, strides or address is another; the message says which are allowed.</exception>
    public static DeviceBuffer<T> Import<T>(CudaContext context, nint tensor, out long[] shape)
        where T : unmanaged
    {
        Check(context, tensor);
        return DlpackImport.Create<T>(context, ((DlpackManagedTensor*)tensor)->Tensor, out shape, tensor, static value =>
        {
            Delete(value);
            return CudaResult.Success;
        });
    }

    /// <summary>As <see cref="Import"/>, of a <c>DLManagedTensorVersioned</c>.</summary>
    /// <typeparam name="T">As there.</typeparam>
    /// <param name="context">As there.</param>
    /// <param name="tensor">As there.</param>
    /// <param name="shape">As there.</param>
    /// <param name="readOnly">Whether the buffer will only be read; <see langword="false"/> refuses a tensor that its producer says may not be written.</param>
    /// <exception cref="ArgumentException">As there, or the version is another, or the tensor may not be written.</exception>
    public static DeviceBuffer<T> ImportVersioned<T>(CudaContext context, nint tensor, out long[] shape, bool readOnly = false)
        where T : unmanaged
    {
        Check(context, tensor);
        var managed = (DlpackVersionedTensor*)tensor;
        if (managed->Major != DlpackVersionedTensor.SupportedMajor)
        {
            throw new ArgumentException($"tensor is of DLPack {managed->Major}.{managed->Minor}; major version {DlpackVersionedTensor.SupportedMajor} is required.", nameof(tensor));
        }

        if (!readOnly && (managed->Flags & DlpackVersionedTensor.ReadOnly) != 0)
        {
            throw new ArgumentException("tensor may only be read, as its producer says; pass readOnly: true if it is no output, or copy it.", nameof(tensor));
        }

        return DlpackImport.Create<T>(context, managed->Tensor, out shape, tensor, static value =>
        {
            DeleteVersioned(value);
            return CudaResult.Success;
        });
    }

    /// <summary>Ends a <c>DLManagedTensor</c> that nobody took over: calls its deleter.</summary>
    public static void Delete(nint tensor)
    {
        var managed = (DlpackManagedTensor*)tensor;
        if (managed is not null && managed->Deleter is not null)
        {
            managed->Deleter(managed);
        }
    }

    /// <summary>Ends a <c>DLManagedTensorVersioned</c> that nobody took over: calls its deleter.</summary>
    public static void DeleteVersioned(nint tensor)
    {
        var managed = (DlpackVersionedTensor*)tensor;
        if (managed is not null && managed->Deleter is not null)
        {
            managed->Deleter(managed);
        }
    }

    private static void Check(CudaContext context, nint tensor)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (tensor == 0)
        {
            throw new ArgumentException("tensor is 0x0; the address of a DLPack tensor is required.", nameof(tensor));
        }
    }
}
