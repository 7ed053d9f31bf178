using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MoeGen.Native;

namespace MoeGen;

/// <content>From codes of the driver to exceptions, and what is remembered of them.</content>
public sealed partial class CudaContext
{
    /// <summary>
    /// The error after which the device's primary context is unusable, such as an illegal address in a kernel; null while it is
    /// usable. Every call then throws <see cref="CudaContextLostException"/> before it reaches the driver; disposing stays allowed.
    /// </summary>
    public CudaException? Failure => _handle.State.Failure;

    /// <summary>Throws <see cref="CudaException"/> unless <paramref name="code"/> is success, and remembers an error that loses the context.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Check(CudaResult code, string operation, string? kernel = null)
    {
        if (code != CudaResult.Success)
        {
            Throw(code, operation, kernel);
        }
    }

    /// <summary>Throws where an earlier error has lost the context.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ThrowIfLost()
    {
        if (Failure is { } first)
        {
            ThrowLost(first);
        }
    }

    /// <summary>Remembers an error that loses the context; for places that do not throw.</summary>
    private void Note(CudaResult code, string operation)
    {
        if (StickyErrors.Contains(code))
        {
            _handle.State.Lose(Driver.Error(code, operation));
        }
    }

    [DoesNotReturn]
    private void Throw(CudaResult code, string operation, string? kernel)
    {
        CudaException error = Driver.Error(code, code == CudaResult.OutOfMemory ? operation + FreeMemory() : operation, kernel);
        if (error.IsSticky)
        {
            _handle.State.Lose(error);
        }

        throw error;
    }

    [DoesNotReturn]
    private void ThrowLost(CudaException first) => throw new CudaContextLostException(this, first);

    private string FreeMemory() =>
        Driver.GetMemoryInfo(out nuint free, out nuint total) == CudaResult.Success ? $" ({free} of {total} bytes free)" : "";
}
