namespace MoeGen;

/// <summary>The stages of one generated class in order on one stream: route, GEMM1 + activation, GEMM2, finalize.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
internal sealed class CudaPipeline<T>(IMoeLaunchers<T> launchers, MoeDescriptor descriptor, VariantSelector selector)
    where T : unmanaged
{
    // GEMM1's tiles a resident block, beyond which the tail that one launch saves is less than its count of finished tiles costs.
    private const int MaxFusedTiles = 20;

    /// <summary>The launches of one class.</summary>
    public IMoeLaunchers<T> Launchers => launchers;

    public VariantSelector Selector => selector;

    /// <summary>Index of the choice for a call; the selector tells what it means.</summary>
    public int SelectVariant(MoeShape shape, int numTokens, int topK) => selector.Select(shape, numTokens, topK);

    public unsafe WorkspaceLayout Layout(MoeShape shape, int numTokens, int topK, int variant) => variant == selector.DecodeIndex
        ? WorkspaceLayout.ForDecode(shape, numTokens, topK, sizeof(T), descriptor)
        : new WorkspaceLayout(shape, numTokens, topK, HeightsOf(variant), sizeof(T), descriptor, selector.LogSplits(variant, shape, numTokens, topK));

    /// <summary>Enqueues all stages. <paramref name="workspace"/> is the address of the layout's bytes.</summary>
    public void Enqueue(in CudaCall<T> call, in CudaWeights<T> weights, int variant, in WorkspaceLayout layout, ulong workspace, CudaStream stream)
    {
        CudaSlots slots = call.Router is null
            ? new CudaSlots { Experts = call.TokenSelectedExperts, FinalScales = call.TokenFinalScales }
            : RouterStages.Slots(descriptor, layout, workspace);
        bool decodes = variant == selector.DecodeIndex;
        bool sortedOutput = call.Gemm2 is not null;
        RouteArguments route = decodes ? default : RouteArgumentsOf(call, slots, weights, layout, workspace, sortedOutput);
        bool isSorted = false;
        if (call.Router is not null)
        {
            isSorted = RouterStages.Enqueue(launchers, call, weights, slots, decodes ? null : route, layout, workspace, stream);
        }

        if (descriptor.QuantizesActivations)
        {
            isSorted = Quantize(QuantizeStages.Input(call, weights, layout, workspace), decodes || isSorted ? null : route, layout.NumSlots, stream) || isSorted;
        }

        if (decodes)
        {
            new DecodeStages<T>(launchers, descriptor, call, weights, slots, layout, workspace).Enqueue(stream);
            return;
        }

        if (!isSorted)
        {
            Route(route, layout.NumSlots, stream);
        }

        Gemms(call, slots, weights, selector.Gemms(variant), layout, workspace, stream);
        Finalize(call, slots, weights, route.SlotRows, layout, workspace, stream);
    }

    private void Gemms(
        in CudaCall<T> call, in CudaSlots slots, in CudaWeights<T> weights, (int Gemm1, int Gemm2) variants, in WorkspaceLayout layout, ulong workspace, CudaStream stream)
    {
        if (descriptor.FusesGemms)
        {
            int columns = descriptor.Variants[variants.Gemm1].TileN / (descriptor.IsGated ? 2 : 1);
            long tiles = layout.MaxTiles * ((weights.Shape.IntermediateSize + columns - 1) / columns);
            bool fuses = variants.Gemm1 == variants.Gemm2 && tiles <= (long)MaxFusedTiles * launchers.ResidentBlocks(variants.Gemm1);
            var arguments = new GemmsArguments<T>
            {
                Gemm1 = Gemm1ArgumentsOf(call, slots, weights, layout, workspace),
                Gemm2 = Gemm2ArgumentsOf(weights, layout, workspace),
                FinishedTiles = new(workspace + (ulong)layout.FinishedTiles),
                RunsGemm1 = 1,
                RunsGemm2 = fuses ? 1 : 0,
            };
            launchers.Gemms(variants.Gemm1, arguments, stream);
            if (arguments.RunsGemm2 == 0)
            {
                (arguments.RunsGemm1, arguments.RunsGemm2) = (0, 1);
                launchers.Gemms(variants.Gemm2, arguments, stream);
            }

            return;
        }

        if (call.Gemm1 is null)
        {
            launchers.Gemm1(variants.Gemm1, Gemm1ArgumentsOf(call, slots, weights, layout, workspace), stream);
        }
        else
        {
            CustomGemmStages.Gemm1(launchers, call, slots, weights, layout, workspace, stream);
        }

        if (descriptor.QuantizesActivations)
        {
            QuantizeStages.Activated(launchers, call, slots, weights, layout, workspace, isSorted: true, stream);
        }

        if (call.Gemm2 is null)
        {
            launchers.Gemm2(variants.Gemm2, Gemm2ArgumentsOf(weights, layout, workspace), stream);
        }
        else
        {
            CustomGemmStages.Gemm2(call, weights, layout, workspace, stream);
        }
    }

    private void Finalize(
        in CudaCall<T> call, in CudaSlots slots, in CudaWeights<T> weights, DevicePointer<int> slotRows, in WorkspaceLayout layout, ulong workspace, CudaStream stream)
    {
        var finalize = new FinalizeArguments<T>
        {
            ExpertOutput = layout.LogSplits > 0 ? default : new(workspace + (ulong)layout.ExpertOutput),
            SlotRows = slotRows,
            Fc2ExpertBiases = call.Gemm2 is not null ? weights.Fc2ExpertBiases : default,
            TokenSelectedExperts = slots.Experts,
            LocalExperts = weights.LocalExperts,
            TokenFinalScales = slots.FinalScales,
            Output = call.Output,
            NumTokensOnDevice = call.NumTokensOnDevice,
            NumTokens = call.NumTokens,
            TopK = call.TopK,
            HiddenSize = weights.Shape.HiddenSize,
        };
        if (layout.LogSplits == 0)
        {
            launchers.Finalize(finalize, stream);
        }
        else
        {
            launchers.FinalizeSplits(
                new FinalizeSplitsArguments<T> { Finalize = finalize, SplitSums = new(workspace + (ulong)layout.SplitSums), LogSplits = layout.LogSplits }, stream);
        }
    }

    private TileHeights HeightsOf(int variant)
    {
        (int gemm1, int gemm2) = selector.Gemms(variant);
        return new TileHeights(descriptor.Variants[gemm1].TileM, descriptor.Variants[gemm2].TileM);
    }

    private static RouteArguments RouteArgumentsOf(
        in CudaCall<T> call, in CudaSlots slots, in CudaWeights<T> weights, in WorkspaceLayout layout, ulong workspace, bool sortedOutput) => new()
    {
        TokenSelectedExperts = slots.Experts,
        LocalExperts = weights.LocalExperts,
        ChunkCounts = new(workspace + (ulong)layout.ChunkCounts),
        ExpertOffsets = new(workspace + (ulong)layout.ExpertOffsets),
        TileStarts = new(workspace + (ulong)layout.TileStarts),
        Gemm2TileStarts = new(workspace + (ulong)layout.Gemm2TileStarts),
        TileExperts = new(workspace + (ulong)layout.TileExperts),
        Gemm2TileExperts = new(workspace + (ulong)layout.Gemm2TileExperts),
        DrawnTiles = new(workspace + (ulong)layout.DrawnTiles),
        SortedSlots = new(workspace + (ulong)layout.SortedSlots),
        SlotRows = sortedOutput ? new(workspace + (ulong)layout.SlotRows) : default,
        NumTokensOnDevice = call.NumTokensOnDevice,
        NumTokens = call.NumTokens,
        TopK = call.TopK,
        TileM = layout.Tiles.Gemm1,
        Gemm2TileM = layout.Tiles.Differ ? layout.Tiles.Gemm2 : 0,
        NumChunks = layout.NumChunks,
        SlotsPerChunk = layout.SlotsPerChunk,
    };

    /// <summary>Tokens become codes; whether the sort, with <paramref name="route"/>, went along.</summary>
    private bool Quantize(in QuantizeArguments<T> tokens, RouteArguments? route, int numSlots, CudaStream stream)
    {
        if (route is { } sort && numSlots <= RouterStages.MaxSlotsOfOneBlock)
        {
            launchers.RouteAndQuantize(new RouteAndQuantizeArguments<T> { Route = sort, Quantize = tokens }, stream);
            return true;
        }

        launchers.QuantizeInput(tokens, stream);
        return false;
    }

    private void Route(in RouteArguments arguments, int numSlots, CudaStream stream)
    {
        if (numSlots <= RouterStages.MaxSlotsOfOneBlock)
        {
            launchers.RouteSmall(arguments, stream);
            return;
        }

        launchers.RouteCount(arguments, stream);
        launchers.RouteScan(arguments, stream);
        launchers.RoutePlace(arguments, stream);
    }

    private Gemm1Arguments<T> Gemm1ArgumentsOf(in CudaCall<T> call, in CudaSlots slots, in CudaWeights<T> weights, in WorkspaceLayout layout, ulong workspace) => new()
    {
        Input = descriptor.QuantizesActivations ? new(workspace + (ulong)layout.Quantized.InputCodes) : call.Input,
        Fc1ExpertWeights = weights.Fc1ExpertWeights,
        Activated = new(workspace + (ulong)layout.Activated),
        ExpertOffsets = new(workspace + (ulong)layout.ExpertOffsets),
        TileStarts = new(workspace + (ulong)layout.TileStarts),
        TileExperts = new(workspace + (ulong)layout.TileExperts),
        DrawnTiles = new(workspace + (ulong)layout.DrawnTiles),
        SortedSlots = new(workspace + (ulong)layout.SortedSlots),
        Fc1ExpertBiases = weights.Fc1ExpertBiases,
        SwigluAlpha = weights.SwigluAlpha,
        SwigluBeta = weights.SwigluBeta,
        SwigluLimit = weights.SwigluLimit,
        TokenInputScales = slots.InputScales,
        NumExperts = weights.Shape.NumExperts,
        TopK = call.TopK,
        HiddenSize = weights.Shape.HiddenSize,
        IntermediateSize = weights.Shape.IntermediateSize,
        GateRowOffset = weights.Fc1Rows.GateRowOffset,
        GateRowStride = weights.Fc1Rows.GateRowStride,
        UpRowOffset = weights.Fc1Rows.UpRowOffset,
        UpRowStride = weights.Fc1Rows.UpRowStride,
        InputScales = new(workspace + (ulong)layout.Quantized.InputScales),
        Fc1Scales = weights.Fc1Scales,
        Fc1ZeroPoints = weights.Fc1ZeroPoints,
    };

    private Gemm2Arguments<T> Gemm2ArgumentsOf(in CudaWeights<T> weights, in WorkspaceLayout layout, ulong workspace) => new()
    {
        Activated = new(workspace + (ulong)(descriptor.QuantizesActivations ? layout.Quantized.ActivatedCodes : layout.Activated)),
        Fc2ExpertWeights = weights.Fc2ExpertWeights,
        ExpertOutput = layout.LogSplits > 0 ? default : new(workspace + (ulong)layout.ExpertOutput),
        ExpertOffsets = new(workspace + (ulong)layout.ExpertOffsets),
        TileStarts = new(workspace + (ulong)layout.Gemm2TileStarts),
        TileExperts = new(workspace + (ulong)layout.Gemm2TileExperts),
        DrawnTiles = new(workspace + (ulong)layout.DrawnTiles + sizeof(int)),
        SortedSlots = new(workspace + (ulong)layout.SortedSlots),
        Fc2ExpertBiases = weights.Fc2ExpertBiases,
        NumExperts = weights.Shape.NumExperts,
        HiddenSize = weights.Shape.HiddenSize,
        IntermediateSize = weights.Shape.IntermediateSize,
        LogSplits = layout.LogSplits,
        SplitDepth = layout.SplitDepth,
        SplitSums = layout.LogSplits > 0 ? new(workspace + (ulong)layout.SplitSums) : default,
        ActivatedScales = new(workspace + (ulong)layout.Quantized.ActivatedScales),
        Fc2Scales = weights.Fc2Scales,
        Fc2ZeroPoints = weights.Fc2ZeroPoints,
    };
}
