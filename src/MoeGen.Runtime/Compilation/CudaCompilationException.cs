namespace MoeGen;

/// <summary>NVRTC refused a CUDA text. The message holds the log, the options and where the text was written to.</summary>
public sealed class CudaCompilationException : Exception
{
    internal CudaCompilationException(string name, string error, string log, IReadOnlyList<string> options, string? sourcePath)
        : base($"""
            NVRTC did not compile '{name}': {error}.
            Options: {string.Join(' ', options)}
            Source: {sourcePath ?? "(could not be written to the temporary folder)"}
            Log:
            {log}
            """)
    {
        Error = error;
        Log = log;
        Options = options;
        SourcePath = sourcePath;
    }

    /// <summary>NVRTC's name of the error, for instance <c>NVRTC_ERROR_COMPILATION</c>.</summary>
    public string Error { get; }

    /// <summary>The compiler's messages.</summary>
    public string Log { get; }

    /// <summary>The options NVRTC got.</summary>
    public IReadOnlyList<string> Options { get; }

    /// <summary>File with the text exactly as NVRTC got it; null where it could not be written.</summary>
    public string? SourcePath { get; }
}
