using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>What the choice of experts has written, by its own kernel or by the one that also sorts.</summary>
internal sealed record SelectedSlots(int[] Ids, float[] FinalScales, float[] InputScales, int[] ExpertOffsets, int[] TileStarts, int[] TileExperts, int[] SortedSlots)
{
    private const byte Untouched = 0x7E;

    /// <summary>Runs the choice on given logits; the sort follows as a launch of its own, unless <paramref name="fused"/>.</summary>
    public static SelectedSlots Run<T>(
        CudaContext context, CudaPipeline<T> pipeline, MoeRouter router, float[] logits, float[]? gates, int tileM, bool fused, int? numTokens = null)
        where T : unmanaged
    {
        (int tokens, int experts) = (logits.Length / router.NumExperts, router.NumExperts + router.Options.NumSharedExperts);
        int slots = tokens * router.SlotsPerToken;
        using DeviceMoeRouter deviceRouter = DeviceMoeRouter.Upload(context, router);
        using DeviceBuffer<float> deviceLogits = Buffers<T>.Upload<float>(context, logits);
        using DeviceBuffer<float>? deviceGates = gates is null ? null : Buffers<T>.Upload<float>(context, gates);
        using DeviceBuffer<int>? count = numTokens is { } known ? Buffers<T>.Upload<int>(context, [known]) : null;
        using DeviceBuffer<int> ids = Filled<int>(context, slots), sortedSlots = Filled<int>(context, slots);
        using DeviceBuffer<float> finalScales = Filled<float>(context, slots), inputScales = Filled<float>(context, slots);
        using DeviceBuffer<int> offsets = Filled<int>(context, experts + 1), starts = Filled<int>(context, experts + 1);
        using DeviceBuffer<int> tiles = Filled<int>(context, slots + experts), drawn = Filled<int>(context, 2 + experts), chunks = Filled<int>(context, experts);
        using DeviceBuffer<uint> begun = context.Allocate<uint>(1), chosen = context.Allocate<uint>(slots);
        begun.Fill(0);
        chosen.Fill(0);
        using CudaStream stream = context.CreateStream();
        var places = new CudaSlots
        {
            Experts = ids.Pointer,
            FinalScales = finalScales.Pointer,
            InputScales = router.Routing == RoutingMethod.TopKSigmoidInput ? inputScales.Pointer : default,
        };
        SelectExpertsArguments select = RouterStages.SelectArguments(deviceRouter.Bind(), tokens, deviceLogits.Pointer, places) with
        {
            SharedGateLogits = deviceGates?.Pointer ?? default,
            NumTokensOnDevice = count?.Pointer ?? default,
        };
        var route = new RouteArguments
        {
            TokenSelectedExperts = ids.Pointer,
            LocalExperts = new LocalExpertArguments { NumGlobal = experts, NumLocal = experts },
            ChunkCounts = chunks.Pointer,
            ExpertOffsets = offsets.Pointer,
            TileStarts = starts.Pointer,
            TileExperts = tiles.Pointer,
            DrawnTiles = drawn.Pointer,
            SortedSlots = sortedSlots.Pointer,
            NumTokensOnDevice = count?.Pointer ?? default,
            NumTokens = tokens,
            TopK = router.SlotsPerToken,
            TileM = tileM,
            NumChunks = 1,
            SlotsPerChunk = slots,
        };
        if (fused)
        {
            pipeline.Launchers.SelectAndRoute(new SelectAndRouteArguments { Select = select, Route = route, BegunBlocks = begun.Pointer, ChosenExperts = chosen.Pointer }, stream);
        }
        else
        {
            pipeline.Launchers.SelectExperts(select, stream);
            pipeline.Launchers.RouteSmall(route, stream);
        }

        stream.Synchronize();
        Assert.All([.. Read(begun), .. Read(chosen)], word => Assert.Equal(0u, word));
        return new SelectedSlots(Read(ids), Read(finalScales), Read(inputScales), Read(offsets), Read(starts), Read(tiles), Read(sortedSlots));
    }

    private static DeviceBuffer<TElement> Filled<TElement>(CudaContext context, long length)
        where TElement : unmanaged
    {
        DeviceBuffer<TElement> buffer = context.Allocate<TElement>(length);
        buffer.Fill(Untouched);
        return buffer;
    }

    private static TElement[] Read<TElement>(DeviceBuffer<TElement> buffer)
        where TElement : unmanaged
    {
        var values = new TElement[buffer.Length];
        buffer.CopyTo(values);
        return values;
    }
}
