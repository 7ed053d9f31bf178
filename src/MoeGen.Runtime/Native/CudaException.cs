namespace MoeGen;

/// <summary>A call to the CUDA driver failed.</summary>
public sealed class CudaException : Exception
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

    private static string Describe(int code, string name, string description, string operation, string? kernel) =>
        kernel is null
            ? $"{operation} failed: {name} ({code}): {description}"
            : $"{operation} of kernel '{kernel}' failed: {name} ({code}): {description}";
}
