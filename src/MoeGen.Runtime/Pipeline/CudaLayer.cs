namespace MoeGen;

/// <summary>One generated class loaded onto one device: kernels, weights, workspaces.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
internal sealed class CudaLayer<T> : IDisposable
    where T : unmanaged
{
    private static readonly ComputeCapability Minimum = new(8, 0);

    private readonly CudaModule _module;
    private readonly DeviceMoeWeights<T> _weights;
    private readonly WorkspaceArenas _arenas;
    private readonly bool _ownsWeights;

    private CudaLayer(CudaModule module, CachedKernel kernels, CudaPipeline<T> pipeline, DeviceMoeWeights<T> weights, bool ownsWeights)
    {
        _module = module;
        Kernels = kernels;
        Pipeline = pipeline;
        _weights = weights;
        _ownsWeights = ownsWeights;
        _arenas = new WorkspaceArenas(module.Context);
    }

    public CudaContext Context => _module.Context;

    public CachedKernel Kernels { get; }

    public CudaPipeline<T> Pipeline { get; }

    public MoeShape Shape => _weights.Shape;

    /// <summary>Compiles (or finds in the cache) and loads the class's text; refuses devices that cannot run it.</summary>
    public static CudaLayer<T> Load<TSelf>(CudaContext context, DeviceMoeWeights<T> weights, bool ownsWeights, MoeCudaOptions options)
        where TSelf : IMoeDescriptor<TSelf, T>
    {
        if (context.ComputeCapability < Minimum)
        {
            throw new NotSupportedException(
                $"{context}: the generated kernels use bf16 tensor cores and cp.async, which need compute capability {Minimum} or newer.");
        }

        CachedKernel kernels = (options.Cache ?? new KernelCache()).GetOrCompile(TSelf.CudaSource, TSelf.Descriptor.Name, context.ComputeCapability);
        CudaModule cubin = CudaModule.Load(context, kernels.Kernel);
        try
        {
            return new CudaLayer<T>(cubin, kernels, new CudaPipeline<T>(TSelf.CreateLaunchers(cubin), TSelf.Descriptor, weights), weights, ownsWeights);
        }
        catch
        {
            cubin.Dispose();
            throw;
        }
    }

    public long WorkspaceBytes(int numTokens, int topK) => Pipeline.Layout(numTokens, topK, Pipeline.SelectVariant(numTokens, topK)).TotalBytes;

    public void Forward(in CudaCall<T> call, CudaStream stream, DeviceBuffer<byte>? workspace)
    {
        if (call.NumTokens == 0)
        {
            return;
        }

        int variant = Pipeline.SelectVariant(call.NumTokens, call.TopK);
        WorkspaceLayout layout = Pipeline.Layout(call.NumTokens, call.TopK, variant);
        if (workspace is null)
        {
            workspace = _arenas.Get(stream, layout.TotalBytes);
        }
        else
        {
            CheckWorkspace(workspace, layout.TotalBytes);
        }

        Pipeline.Enqueue(call, variant, layout, workspace.Pointer.Address, stream);
    }

    public MoeGraph Capture(CudaCall<T> call, CudaStream stream)
    {
        DeviceBuffer<byte> workspace = Context.Allocate<byte>(Math.Max(1, WorkspaceBytes(call.NumTokens, call.TopK)));
        try
        {
            return new MoeGraph(stream.Capture(() => Forward(call, stream, workspace)), workspace);
        }
        catch
        {
            workspace.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _arenas.Dispose();
        _module.Dispose();
        if (_ownsWeights)
        {
            _weights.Dispose();
        }
    }

    private void CheckWorkspace(DeviceBuffer<byte> workspace, long required)
    {
        if (workspace.Length < required)
        {
            throw new ArgumentException($"workspace has {workspace.Length} bytes; this call needs {required} (GetWorkspaceBytes).", nameof(workspace));
        }

        BufferChecks.Check(workspace, workspace.Length, Context, nameof(workspace), "its own length");
    }
}
