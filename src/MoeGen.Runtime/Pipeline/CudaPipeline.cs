namespace MoeGen;

/// <summary>The stages of one layer in order on one stream: route, GEMM1 + activation, GEMM2, finalize.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
internal sealed class CudaPipeline<T>
    where T : unmanaged
{
    /// <summary>Up to this many slots the counting sort takes one block; its place pass grows with the slots.</summary>
    private const int MaxSlotsOfOneBlock = 4096;

    private readonly IMoeLaunchers<T> _launchers;
    private readonly MoeDescriptor _descriptor;
    private readonly DeviceMoeWeights<T> _weights;

    public CudaPipeline(IMoeLaunchers<T> launchers, MoeDescriptor descriptor, DeviceMoeWeights<T> weights)
    {
        _launchers = launchers;
        _descriptor = descriptor;
        _weights = weights;
    }

    private MoeShape Shape => _weights.Shape;

    public int SelectVariant(int numTokens, int topK) => VariantSelector.Select(_descriptor.Variants, numTokens, topK, Shape.NumExperts);

    public unsafe WorkspaceLayout Layout(int numTokens, int topK, int variant) =>
        new(Shape, numTokens, topK, _descriptor.Variants[variant].TileM, sizeof(T), _descriptor.Routing != RoutingMethod.Preselected);

    /// <summary>Enqueues all stages. <paramref name="workspace"/> is the address of <see cref="Layout"/>'s bytes.</summary>
    public void Enqueue(in CudaCall<T> call, int variant, in WorkspaceLayout layout, ulong workspace, CudaStream stream)
    {
        DevicePointer<int> experts = call.TokenSelectedExperts;
        DevicePointer<float> scales = call.TokenFinalScales;
        if (!call.RouterLogits.IsNull)
        {
            experts = new(workspace + (ulong)layout.SelectedExperts);
            scales = new(workspace + (ulong)layout.FinalScales);
            SelectExperts(call.RouterLogits, experts, scales, call.NumTokens, call.TopK, stream);
        }

        Route(experts, variant, layout, workspace, stream);
        Gemm1(call, variant, layout, workspace, stream);
        Gemm2(variant, layout, workspace, stream);
        var finalize = new FinalizeArguments<T>
        {
            ExpertOutput = new(workspace + (ulong)layout.ExpertOutput),
            TokenSelectedExperts = experts,
            TokenFinalScales = scales,
            LocalExperts = new LocalExpertArguments { NumLocal = Shape.NumExperts },
            Output = call.Output,
            NumTokens = call.NumTokens,
            TopK = call.TopK,
            HiddenSize = Shape.HiddenSize,
        };
        _launchers.Finalize(finalize, stream);
    }

    public void SelectExperts(
        DevicePointer<float> routerLogits, DevicePointer<int> experts, DevicePointer<float> scales, int numTokens, int topK, CudaStream stream)
    {
        var arguments = new SelectExpertsArguments
        {
            RouterLogits = routerLogits,
            TokenSelectedExperts = experts,
            TokenFinalScales = scales,
            NumTokens = numTokens,
            NumExperts = Shape.NumExperts,
            TopK = topK,
        };
        _launchers.SelectExperts(arguments, stream);
    }

    private void Route(DevicePointer<int> experts, int variant, in WorkspaceLayout layout, ulong workspace, CudaStream stream)
    {
        var arguments = new RouteArguments
        {
            TokenSelectedExperts = experts,
            ChunkCounts = new(workspace + (ulong)layout.ChunkCounts),
            ExpertOffsets = new(workspace + (ulong)layout.ExpertOffsets),
            TileStarts = new(workspace + (ulong)layout.TileStarts),
            TileExperts = new(workspace + (ulong)layout.TileExperts),
            SortedSlots = new(workspace + (ulong)layout.SortedSlots),
            LocalExperts = new LocalExpertArguments { NumLocal = Shape.NumExperts },
            NumSlots = layout.NumSlots,
            TileM = _descriptor.Variants[variant].TileM,
            NumChunks = layout.NumChunks,
            SlotsPerChunk = layout.SlotsPerChunk,
        };
        if (layout.NumSlots <= MaxSlotsOfOneBlock)
        {
            _launchers.RouteSmall(arguments, stream);
            return;
        }

        _launchers.RouteCount(arguments, stream);
        _launchers.RouteScan(arguments, stream);
        _launchers.RoutePlace(arguments, stream);
    }

    private void Gemm1(in CudaCall<T> call, int variant, in WorkspaceLayout layout, ulong workspace, CudaStream stream)
    {
        Fc1RowMap rows = _weights.Fc1Rows;
        var arguments = new Gemm1Arguments<T>
        {
            Input = call.Input,
            Fc1ExpertWeights = _weights.Fc1ExpertWeights.Pointer,
            Activated = new(workspace + (ulong)layout.Activated),
            ExpertOffsets = new(workspace + (ulong)layout.ExpertOffsets),
            TileStarts = new(workspace + (ulong)layout.TileStarts),
            TileExperts = new(workspace + (ulong)layout.TileExperts),
            SortedSlots = new(workspace + (ulong)layout.SortedSlots),
            NumExperts = Shape.NumExperts,
            TopK = call.TopK,
            HiddenSize = Shape.HiddenSize,
            IntermediateSize = Shape.IntermediateSize,
            GateRowOffset = rows.GateRowOffset,
            GateRowStride = rows.GateRowStride,
            UpRowOffset = rows.UpRowOffset,
            UpRowStride = rows.UpRowStride,
        };
        _launchers.Gemm1(variant, arguments, stream);
    }

    private void Gemm2(int variant, in WorkspaceLayout layout, ulong workspace, CudaStream stream)
    {
        var arguments = new Gemm2Arguments<T>
        {
            Activated = new(workspace + (ulong)layout.Activated),
            Fc2ExpertWeights = _weights.Fc2ExpertWeights.Pointer,
            ExpertOutput = new(workspace + (ulong)layout.ExpertOutput),
            ExpertOffsets = new(workspace + (ulong)layout.ExpertOffsets),
            TileStarts = new(workspace + (ulong)layout.TileStarts),
            TileExperts = new(workspace + (ulong)layout.TileExperts),
            SortedSlots = new(workspace + (ulong)layout.SortedSlots),
            NumExperts = Shape.NumExperts,
            HiddenSize = Shape.HiddenSize,
            IntermediateSize = Shape.IntermediateSize,
        };
        _launchers.Gemm2(variant, arguments, stream);
    }
}
