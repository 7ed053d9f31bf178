namespace MoeGen;

/// <summary>A call to cuBLAS failed.</summary>
public sealed class CublasException : Exception
{
    internal CublasException(int code, string operation)
        : base($"{operation} failed: {NameOf(code)} ({code}).")
    {
        Code = code;
        Name = NameOf(code);
        Operation = operation;
    }

    /// <summary>The numeric code (cublasStatus_t).</summary>
    public int Code { get; }

    /// <summary>The code's name, for instance <c>CUBLAS_STATUS_NOT_SUPPORTED</c>.</summary>
    public string Name { get; }

    /// <summary>The function that failed, with sizes where they matter.</summary>
    public string Operation { get; }

    private static string NameOf(int code) => code switch
    {
        1 => "CUBLAS_STATUS_NOT_INITIALIZED",
        3 => "CUBLAS_STATUS_ALLOC_FAILED",
        7 => "CUBLAS_STATUS_INVALID_VALUE",
        8 => "CUBLAS_STATUS_ARCH_MISMATCH",
        11 => "CUBLAS_STATUS_MAPPING_ERROR",
        13 => "CUBLAS_STATUS_EXECUTION_FAILED",
        14 => "CUBLAS_STATUS_INTERNAL_ERROR",
        15 => "CUBLAS_STATUS_NOT_SUPPORTED",
        16 => "CUBLAS_STATUS_LICENSE_ERROR",
        _ => "a status that this version of MoeGen does not know",
    };
}
