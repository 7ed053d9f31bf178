namespace MoeGen;

/// <summary>What NVRTC is asked for: an architecture, the kind of image, the options.</summary>
/// <param name="Architecture">For instance <c>sm_90</c>, <c>sm_90a</c> or <c>compute_80</c>.</param>
internal sealed record CompilationTarget(string Architecture)
{
    /// <summary>What an NVRTC that does not know the device's architecture compiles to instead.</summary>
    internal const string Fallback = "compute_80";

    private static readonly ComputeCapability s_oldest = new(8, 0);

    internal KernelImageKind Kind =>
        Architecture.StartsWith("compute_", StringComparison.Ordinal) ? KernelImageKind.Ptx : KernelImageKind.Cubin;

    /// <summary>The options in the order NVRTC gets them; part of the cache's key.</summary>
    internal IReadOnlyList<string> Options =>
    [
        "--std=c++17",
        $"--gpu-architecture={Architecture}",
        .. Kind == KernelImageKind.Cubin ? ["--ptxas-options=-v"] : (string[])[],
        .. Part.Length > 0 ? ["--define-macro=MOE_PART", $"--define-macro=MOE_PART_{Part}"] : (string[])[],
    ];

    /// <summary>Which part of a generated text is compiled; empty for the whole.</summary>
    internal string Part { get; init; } = "";

    /// <summary>A cubin where NVRTC knows the device, compute_80 PTX where the device is newer than NVRTC.</summary>
    /// <exception cref="NotSupportedException">The device is older than 8.0.</exception>
    internal static CompilationTarget For(ComputeCapability device, IReadOnlyList<int> supported)
    {
        if (device < s_oldest)
        {
            throw new NotSupportedException(
                $"Compute capability {device} is not supported; the kernels need {s_oldest} (Ampere) or newer.");
        }

        return new CompilationTarget(supported.Contains(device.Number) ? $"sm_{device.Number}" : Fallback);
    }

    /// <exception cref="ArgumentException">Neither <c>sm_</c> nor <c>compute_</c> with a number and perhaps a letter.</exception>
    internal static CompilationTarget Parse(string architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        int digits = architecture.StartsWith("sm_", StringComparison.Ordinal) ? 3
            : architecture.StartsWith("compute_", StringComparison.Ordinal) ? 8
            : architecture.Length;
        ReadOnlySpan<char> number = architecture.AsSpan(digits).TrimEnd("af");
        if (number.IsEmpty || number.ContainsAnyExceptInRange('0', '9') || architecture.Length - digits - number.Length > 1)
        {
            throw new ArgumentException(
                $"'{architecture}' is no architecture; allowed are names such as sm_90, sm_90a and compute_80.", nameof(architecture));
        }

        return new CompilationTarget(architecture);
    }
}
