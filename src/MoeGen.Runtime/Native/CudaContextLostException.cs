namespace MoeGen;

/// <summary>
/// The device's context cannot be used any more, because of an earlier error, which this exception carries: its code, its
/// operation, and the exception itself as <see cref="Exception.InnerException"/>. The driver was not called. Disposing stays allowed.
/// </summary>
public sealed class CudaContextLostException : CudaException
{
    internal CudaContextLostException(CudaContext context, CudaException first)
        : base($"{context} is unusable since an earlier error: {first.Message} Dispose what was made from the context; most of these errors need a new process.", first)
    {
    }
}
