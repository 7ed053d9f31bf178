using MoeGen.Native;

namespace MoeGen;

/// <summary>A call to the CUDA driver failed.</summary>
public class CudaException : Exception
{
    internal CudaException(int code, string name, string description, string operation, string? kernel)
        : base(Describe(code, name, description, operation, kernel))
    {
        Code = code;
        Name = name;
        Description = description;
        Operation = operation;
        Kernel = kernel;
    }

    private protected CudaException(string message, CudaException first)
        : base(message, first)
    {
        Code = first.Code;
        Name = first.Name;
        Description = first.Description;
        Operation = first.Operation;
        Kernel = first.Kernel;
    }

    /// <summary>The driver's numeric code (CUresult).</summary>
    public int Code { get; }

    /// <summary>The code's name, for instance <c>CUDA_ERROR_OUT_OF_MEMORY</c>.</summary>
    public string Name { get; }

    /// <summary>The driver's own sentence for the code.</summary>
    public string Description { get; }

    /// <summary>What was attempted, with sizes where they matter.</summary>
    public string Operation { get; }

    /// <summary>Name of the kernel that was looked up, set up or launched; null for anything else.</summary>
    public string? Kernel { get; }

    /// <summary>
    /// Whether the device's context is unusable afterwards, as after an illegal address: every later call throws
    /// <see cref="CudaContextLostException"/>. Too little memory or a wrong value is no such error.
    /// </summary>
    public bool IsSticky => StickyErrors.Contains((CudaResult)Code);

    private static string Describe(int code, string name, string description, string operation, string? kernel)
    {
        string what = kernel is null ? operation : $"{operation} of kernel '{kernel}'";
        string afterwards = StickyErrors.Contains((CudaResult)code) ? " The device's context is unusable from now on." : "";
        return $"{what} failed: {name} ({code}): {description}{afterwards}";
    }
}
