using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MoeGen.Native;

/// <summary>Turns the driver's codes into exceptions.</summary>
internal static class CudaDriverExtensions
{
    /// <summary>
    /// Throws <see cref="CudaException"/> unless <paramref name="code"/> is success. For calls that belong to no context; the
    /// others take <see cref="CudaContext.Check"/>, which remembers an error that loses the context.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Check(this ICudaDriver driver, CudaResult code, string operation)
    {
        if (code != CudaResult.Success)
        {
            Throw(driver, code, operation);
        }
    }

    /// <summary>The exception for a code.</summary>
    internal static CudaException Error(this ICudaDriver driver, CudaResult code, string operation, string? kernel = null) =>
        new((int)code, driver.GetErrorName(code), driver.GetErrorDescription(code), operation, kernel);

    [DoesNotReturn]
    private static void Throw(ICudaDriver driver, CudaResult code, string operation) => throw driver.Error(code, operation);
}
