using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MoeGen.Native;

/// <summary>Turns the driver's codes into exceptions.</summary>
internal static class CudaDriverExtensions
{
    /// <summary>Throws <see cref="CudaException"/> unless <paramref name="code"/> is success.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Check(this ICudaDriver driver, CudaResult code, string operation, string? kernel = null)
    {
        if (code != CudaResult.Success)
        {
            Throw(driver, code, operation, kernel);
        }
    }

    [DoesNotReturn]
    private static void Throw(ICudaDriver driver, CudaResult code, string operation, string? kernel) =>
        throw new CudaException((int)code, driver.GetErrorName(code), driver.GetErrorDescription(code), operation, kernel);
}
