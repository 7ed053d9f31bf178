using MoeGen.Native;

namespace MoeGen;

/// <summary>A cuBLAS handle on a device with the memory it works in, so that its calls allocate nothing. Locked by its owner.</summary>
internal sealed unsafe class CublasSession : IDisposable
{
    /// <summary>CUDA_R_32F.</summary>
    public const int TypeSingle = 0;

    /// <summary>CUDA_R_16F.</summary>
    public const int TypeHalf = 2;

    /// <summary>CUDA_R_16BF.</summary>
    public const int TypeBFloat16 = 14;

    // CUBLAS_OP_N and _T, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT, CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION.
    private const int AsIs = 0, Transposed = 1, ComputeSingle = 68, DefaultAlgorithm = -1, ReduceInComputeType = 16;

    private readonly CublasLibrary _library;
    private readonly CudaResourceHandle _handle;
    private readonly DeviceBuffer<byte> _workspace;
    private readonly DeviceBuffer<ulong> _addresses;
    private readonly PinnedMemory _hostAddresses;
    private readonly CublasGroups _groups = new();
    private readonly CudaEvent _idle;

    public CublasSession(CudaContext context, CublasLibrary library)
    {
        _library = library;
        Context = context;
        context.MakeCurrent();
        nint handle;
        CublasLibrary.Check(library.Create(&handle), "cublasCreate");
        CudaContextHandle contextHandle = context.Handle;
        _handle = new CudaResourceHandle(context.Handle, handle, (_, value) => Destroy(contextHandle, library, value));
        try
        {
            int version;
            CublasLibrary.Check(library.GetVersion(handle, &version), "cublasGetVersion");
            Version = new Version(version / 10000, version / 100 % 100, version % 100);

            // Partial sums of a split depth stay in fp32 too.
            CublasLibrary.Check(library.SetMathMode(handle, ReduceInComputeType), "cublasSetMathMode");

            // NVIDIA recommends 32 MiB for Hopper and later, 4 MiB at least for others.
            _workspace = context.Allocate<byte>(context.ComputeCapability.Major >= 9 ? 32 << 20 : 8 << 20);
            _addresses = context.Allocate<ulong>(3 * MoeShape.MaxNumExperts);
            _hostAddresses = new PinnedMemory(context, 3 * MoeShape.MaxNumExperts * sizeof(ulong));
            _idle = context.CreateEvent();
        }
        catch
        {
            _hostAddresses?.Dispose();
            _addresses?.Dispose();
            _workspace?.Dispose();
            _handle.Dispose();
            throw;
        }
    }

    public CudaContext Context { get; }

    public Version Version { get; }

    public bool IsGrouped => _library.GemmGroupedBatchedEx != null;

    /// <summary>The next products run on this stream, after those of any other, which use the same workspace.</summary>
    public void Bind(CudaStream stream)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        stream.WaitFor(_idle);
        CublasLibrary.Check(_library.SetStream(_handle.Value, stream.Handle), "cublasSetStream");

        // Setting the stream goes back to a workspace of cuBLAS' own.
        CublasLibrary.Check(_library.SetWorkspace(_handle.Value, _workspace.Pointer.Address, (nuint)_workspace.ByteLength), "cublasSetWorkspace");
    }

    /// <summary>What was enqueued since <see cref="Bind"/> is what others wait for.</summary>
    public void Release(CudaStream stream) => stream.Record(_idle);

    /// <summary>As <see cref="Release"/>, after an error, which a second one must not hide.</summary>
    public void ReleaseAfterError(CudaStream stream)
    {
        try
        {
            Release(stream);
        }
        catch (Exception second) when (second is CudaException or ObjectDisposedException)
        {
            // The stream or the device is gone, and nothing more will run on it.
        }
    }

    /// <summary>One product for each expert that has rows.</summary>
    public void MultiplyEach(in CublasProduct product, ReadOnlySpan<int> offsets)
    {
        float one = 1, zero = 0;
        for (int expert = 0; expert < offsets.Length - 1; expert++)
        {
            int first = offsets[expert], rows = offsets[expert + 1] - first;
            if (rows == 0)
            {
                continue;
            }

            int status = _library.GemmEx(
                _handle.Value, Transposed, AsIs, product.Columns, rows, product.Depth,
                &one, product.Expert(expert), product.Type, product.Depth, product.RowsOfA(first), product.Type, product.Depth,
                &zero, product.RowsOfC(first), product.ResultType, product.Columns, ComputeSingle, DefaultAlgorithm);
            if (status != 0)
            {
                throw new CublasException(status, $"cublasGemmEx of expert {expert} ({rows} rows x {product.Columns} columns x depth {product.Depth})");
            }
        }
    }

    /// <summary>One grouped product, a group for each expert that has rows.</summary>
    public void MultiplyGrouped(in CublasProduct product, ReadOnlySpan<int> offsets, CudaStream stream)
    {
        // Pinned memory is free again: the stream was waited for since the last grouped product of any stream.
        var host = new Span<ulong>(_hostAddresses.Address, 3 * MoeShape.MaxNumExperts);
        int count = _groups.Fill(product, offsets, host);
        if (count == 0)
        {
            return;
        }

        ulong address = _addresses.Pointer.Address;
        Context.Check(
            Context.Driver.CopyHostToDeviceAsync(address, _hostAddresses.Address, (nuint)(3 * count * sizeof(ulong)), stream.Handle),
            "Copying the addresses of a grouped product to the device");
        ulong step = (ulong)count * sizeof(ulong);
        fixed (int* transposed = _groups.Transposed, asIs = _groups.AsIs, columns = _groups.Columns, rows = _groups.Rows, depths = _groups.Depths, sizes = _groups.Sizes)
        fixed (float* ones = _groups.Ones, zeros = _groups.Zeros)
        {
            int status = _library.GemmGroupedBatchedEx(
                _handle.Value, transposed, asIs, columns, rows, depths,
                ones, address, product.Type, depths, address + step, product.Type, depths,
                zeros, address + (2 * step), product.ResultType, columns, count, sizes, ComputeSingle);
            if (status != 0)
            {
                throw new CublasException(status, $"cublasGemmGroupedBatchedEx of {count} experts ({product.Columns} columns x depth {product.Depth})");
            }
        }
    }

    public void Dispose()
    {
        _handle.Dispose();
        _workspace.Dispose();
        _addresses.Dispose();
        _hostAddresses.Dispose();
        _idle.Dispose();
    }

    // cuBLAS waits for the whole device before it frees a handle, which a thread that is capturing cannot: then it follows the capture.
    private static CudaResult Destroy(CudaContextHandle context, CublasLibrary library, nint handle)
    {
        bool held = false;
        context.DangerousAddRef(ref held);
        CudaResult code = CudaResult.Success;
        context.State.Captures.WaitOrDefer(() =>
        {
            _ = context.Driver.SetCurrentContext(context.Value);
            code = library.Destroy(handle) == 0 ? CudaResult.Success : CudaResult.InvalidValue;
            context.DangerousRelease();
        });
        return code;
    }
}
