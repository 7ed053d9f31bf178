using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// The GEMMs of a layer by cuBLAS, in fp32 accumulation: what a class with <c>Gemm = Cublas</c> uses by itself, and what any class
/// with <c>Gemm = Custom</c> can be given by <c>UseGemm</c>. GEMM1 is one product an expert; GEMM2 is one grouped product where the
/// library has it (12.5 and later), else also one an expert.
/// </summary>
/// <remarks>
/// cuBLAS takes sizes from the host. So each call copies the experts' offsets from the device, once, and waits for them; it
/// cannot be captured in a graph. Calls on several streams are safe, and wait for each other on the device, because they share
/// one cuBLAS workspace.
/// </remarks>
/// <typeparam name="T"><see cref="BFloat16"/> or <see cref="Half"/>.</typeparam>
public sealed class CublasGroupedGemm<T> : IGroupedGemm<T>, IDisposable
    where T : unmanaged
{
    private readonly Lock _lock = new();
    private readonly CublasSession _session;
    private readonly CublasOffsets _offsets;
    private readonly int _type;

    /// <summary>Loads cuBLAS on first use, and makes a handle and a workspace on the device.</summary>
    /// <exception cref="CudaLibraryNotFoundException">cuBLAS is not on this machine.</exception>
    /// <exception cref="CublasException">cuBLAS does not start.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    public CublasGroupedGemm(CudaContext context)
        : this(context, null)
    {
    }

    internal CublasGroupedGemm(CudaContext context, CublasLibrary? library)
    {
        ArgumentNullException.ThrowIfNull(context);
        _type = typeof(T) == typeof(BFloat16) ? CublasSession.TypeBFloat16
            : typeof(T) == typeof(Half) ? CublasSession.TypeHalf
            : throw new NotSupportedException($"cuBLAS GEMMs exist for BFloat16 and Half, not for {typeof(T).Name}.");
        _session = new CublasSession(context, library ?? CublasLibrary.Loaded);
        try
        {
            _offsets = new CublasOffsets(context);
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>The library's version.</summary>
    public Version Version => _session.Version;

    /// <summary>Whether the library multiplies all experts of GEMM2 at once.</summary>
    public bool IsGrouped => _session.IsGrouped;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The stream is being captured.</exception>
    public void BeginCall(CudaStream stream)
    {
        lock (_lock)
        {
            Require(stream);
            _offsets.BeginCall(stream);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The stream is being captured.</exception>
    /// <exception cref="CublasException">cuBLAS reports an error.</exception>
    public void Gemm1(in GroupedGemmArguments<T, float> arguments, CudaStream stream)
    {
        lock (_lock)
        {
            Multiply(arguments, CublasSession.TypeSingle, grouped: false, last: false, stream);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The stream is being captured.</exception>
    /// <exception cref="CublasException">cuBLAS reports an error.</exception>
    public void Gemm2(in GroupedGemmArguments<T, T> arguments, CudaStream stream)
    {
        lock (_lock)
        {
            Multiply(arguments, _type, _session.IsGrouped, last: true, stream);
        }
    }

    /// <summary>Frees handle and workspace; no stream may still run what was enqueued.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _session.Dispose();
            _offsets.Dispose();
        }
    }

    private unsafe void Multiply<TResult>(in GroupedGemmArguments<T, TResult> arguments, int resultType, bool grouped, bool last, CudaStream stream)
        where TResult : unmanaged
    {
        Require(stream);
        try
        {
            _session.Bind(stream);
            ReadOnlySpan<int> offsets = _offsets.Read(arguments.ExpertOffsets, arguments.NumExperts, stream);
            var product = new CublasProduct(
                arguments.A.Address, arguments.B.Address, arguments.C.Address, sizeof(T), sizeof(TResult), _type, resultType, arguments.Columns, arguments.Depth);
            if (grouped)
            {
                _session.MultiplyGrouped(product, offsets, stream);
            }
            else
            {
                _session.MultiplyEach(product, offsets);
            }

            _session.Release(stream);
            if (last)
            {
                _offsets.EndCall(stream);
            }
        }
        catch
        {
            // What was enqueued before the error still uses the workspace.
            _session.ReleaseAfterError(stream);
            _offsets.EndCall(stream);
            throw;
        }
    }

    private void Require(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.RequireContext(_session.Context, nameof(stream));
        if (stream.IsCapturing)
        {
            throw new InvalidOperationException(
                "GEMMs by cuBLAS cannot be captured in a graph: each call copies the experts' offsets to the host and waits for them. Call outside a capture, or use a class with Gemm = TensorCore.");
        }
    }
}
