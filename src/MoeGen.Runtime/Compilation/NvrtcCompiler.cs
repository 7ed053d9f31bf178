using System.Diagnostics;
using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// Compiles CUDA text with NVRTC, in this process and without a toolkit, headers or a GPU. NVRTC is loaded on first use.
/// Thread-safe.
/// </summary>
public sealed class NvrtcCompiler : IKernelCompiler
{
    /// <summary>The NVRTC this process uses; loads it.</summary>
    /// <exception cref="CudaLibraryNotFoundException">NVRTC is not on this machine.</exception>
    public static NvrtcInfo Info => NvrtcProbe.Info;

    /// <inheritdoc/>
    Version IKernelCompiler.Version => Info.Version;

    /// <summary>Whether NVRTC is on this machine; never throws.</summary>
    /// <param name="reason">Empty when it is, otherwise why not, with every file tried.</param>
    public static bool IsAvailable(out string reason)
    {
        try
        {
            _ = Info;
            reason = "";
            return true;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or InvalidOperationException)
        {
            reason = exception.Message;
            return false;
        }
    }

    /// <summary>Compiles for a device: to a cubin where NVRTC knows its architecture, to compute_80 PTX where it does not.</summary>
    /// <param name="source">UTF-8 text; NVRTC gets it byte for byte.</param>
    /// <param name="name">Name used in the compiler's messages.</param>
    /// <param name="target">Compute capability of the device, 8.0 or newer.</param>
    /// <exception cref="CudaCompilationException">The text does not compile.</exception>
    /// <exception cref="CudaLibraryNotFoundException">NVRTC is not on this machine.</exception>
    /// <exception cref="NotSupportedException">The device is older than 8.0.</exception>
    public CompiledKernel Compile(ReadOnlySpan<byte> source, string name, ComputeCapability target) =>
        ((IKernelCompiler)this).Compile(source, name, ((IKernelCompiler)this).SelectTarget(target));

    /// <summary>Compiles for a named architecture, with no fallback.</summary>
    /// <param name="source">UTF-8 text; NVRTC gets it byte for byte.</param>
    /// <param name="name">Name used in the compiler's messages.</param>
    /// <param name="architecture"><c>sm_80</c>, <c>sm_90a</c>, ... for a cubin; <c>compute_80</c>, ... for PTX.</param>
    /// <exception cref="ArgumentException">That is no architecture's name.</exception>
    /// <exception cref="CudaCompilationException">The text does not compile, or NVRTC does not know the architecture.</exception>
    /// <exception cref="CudaLibraryNotFoundException">NVRTC is not on this machine.</exception>
    public CompiledKernel Compile(ReadOnlySpan<byte> source, string name, string architecture) =>
        ((IKernelCompiler)this).Compile(source, name, CompilationTarget.Parse(architecture));

    /// <inheritdoc/>
    CompilationTarget IKernelCompiler.SelectTarget(ComputeCapability device) =>
        CompilationTarget.For(device, Info.SupportedArchitectures);

    /// <inheritdoc/>
    CompiledKernel IKernelCompiler.Compile(ReadOnlySpan<byte> source, string name, CompilationTarget target)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (source.Contains((byte)0))
        {
            throw new ArgumentException("The text holds a zero byte, where NVRTC would stop reading.", nameof(source));
        }

        Version version = Info.Version;
        long start = Stopwatch.GetTimestamp();
        using var program = new NvrtcProgram(source, name);
        string error = program.Compile(target.Options);
        string log = program.ReadLog();
        if (error.Length > 0)
        {
            throw new CudaCompilationException(name, error, log, target.Options, SourceDump.TryWrite(source));
        }

        byte[] image = target.Kind == KernelImageKind.Cubin ? program.ReadCubin() : program.ReadPtx();
        return new CompiledKernel(name, target.Architecture, image, log, version, Stopwatch.GetElapsedTime(start));
    }
}
