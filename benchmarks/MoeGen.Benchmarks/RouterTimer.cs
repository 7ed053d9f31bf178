using System.Text;

namespace MoeGen.Benchmarks;

/// <summary>
/// Times the routing of a DeepSeek-V3-like router (E = 256, K = 8, H = 7168) without its experts: microseconds a launch, of graphs of
/// many launches one after the other, so that what a graph puts between two kernels counts. The router's weights come from memory.
/// </summary>
internal static class RouterTimer
{
    private const int NumExperts = 256, TopK = 8, HiddenSize = 7168, Launches = 64, Rounds = 15, WeightSets = 32, TileM = 16;

    private static readonly int[] SortTokens = [1, 8, 32, 64, 128];

    private static readonly int[] LogitTokens = [1, 8, 64, 256, 512, 1024, 4096];

    /// <summary>The tables, as Markdown.</summary>
    public static string Report(CudaContext context)
    {
        var report = new StringBuilder();
        report.AppendLine($"{context}, E = {NumExperts}, K = {TopK}, H = {HiddenSize}; microseconds a launch, median of {Rounds} rounds.").AppendLine();
        report.AppendLine("| logits to tile list | T | one launch | two launches | choice alone | sort alone |").AppendLine("|---|---|---|---|---|---|");
        Sorts<SoftmaxRouterMoe>(context, report, new MoeRouter(RoutingMethod.SoftmaxTopKRenormalized, NumExperts, TopK, Weight()));
        Sorts<GroupedRouterMoe>(context, report, GroupedRouter());
        report.AppendLine().AppendLine("| router's linear layer | T | parts | us | TB/s of its weight | TFLOP/s |").AppendLine("|---|---|---|---|---|---|");
        Logits(context, report);
        return report.ToString();
    }

    private static float[] Weight() => new float[NumExperts * HiddenSize];

    private static MoeRouter GroupedRouter() => new(
        RoutingMethod.SigmoidGroupedTopK,
        NumExperts,
        TopK,
        Weight(),
        new RouterOptions { NumExpertGroups = 8, NumSelectedGroups = 4, Renormalize = true, RoutedScalingFactor = 2.5f, NumSharedExperts = 1 })
    {
        SelectionBias = new float[NumExperts],
    };

    private static void Sorts<TLayer>(CudaContext context, StringBuilder report, MoeRouter host)
        where TLayer : IMoeDescriptor<TLayer, BFloat16>
    {
        using MoeKernels<TLayer, BFloat16> kernels = MoeKernels<TLayer, BFloat16>.Load(context);
        IMoeLaunchers<BFloat16> launchers = kernels.Pipeline.Launchers;
        using CudaStream stream = context.CreateStream();
        using var timer = new ReplayTimer(stream);
        using DeviceMoeRouter router = DeviceMoeRouter.Upload(context, host);
        foreach (int tokens in SortTokens)
        {
            int slots = tokens * router.SlotsPerToken, experts = NumExperts + router.Options.NumSharedExperts;
            var random = new Random(tokens);
            using DeviceBuffer<float> logits = context.Allocate<float>(tokens * NumExperts), scales = context.Allocate<float>(slots);
            logits.CopyFrom([.. Enumerable.Range(0, tokens * NumExperts).Select(_ => (float)((random.NextDouble() + random.NextDouble() - 1) * 4))]);
            using DeviceBuffer<uint> begun = context.Allocate<uint>(1), chosen = context.Allocate<uint>(slots);
            begun.Fill(0);
            chosen.Fill(0);
            using DeviceBuffer<int> scratch = context.Allocate<int>((2L * slots) + (5L * experts) + 64);
            var places = new CudaSlots { Experts = scratch.Pointer, FinalScales = scales.Pointer };
            SelectExpertsArguments select = RouterStages.SelectArguments(router.Bind(), tokens, logits.Pointer, places);
            RouteArguments route = Route(scratch.Pointer.Address, tokens, router.SlotsPerToken, experts);
            Spread[] times = Time(stream, timer,
                () => launchers.SelectAndRoute(new SelectAndRouteArguments { Select = select, Route = route, BegunBlocks = begun.Pointer, ChosenExperts = chosen.Pointer }, stream),
                () =>
                {
                    launchers.SelectExperts(select, stream);
                    launchers.RouteSmall(route, stream);
                },
                () => launchers.SelectExperts(select, stream),
                () => launchers.RouteSmall(route, stream));
            report.AppendLine($"| {router.Routing} | {tokens} | {string.Join(" | ", times.Select(time => $"{time.Median:f2}"))} |");
        }
    }

    private static RouteArguments Route(ulong memory, int tokens, int slotsPerToken, int experts)
    {
        ulong slots = (ulong)(tokens * slotsPerToken), at = memory + (4 * slots);
        return new RouteArguments
        {
            TokenSelectedExperts = new(memory),
            LocalExperts = new LocalExpertArguments { NumGlobal = experts, NumLocal = experts },
            SortedSlots = new(at),
            ExpertOffsets = new(at += 4 * slots),
            TileStarts = new(at += 4 * ((ulong)experts + 1)),
            DrawnTiles = new(at += 4 * ((ulong)experts + 1)),
            TileExperts = new(at + 8 + (4 * (ulong)experts)),
            NumTokens = tokens,
            TopK = slotsPerToken,
            TileM = TileM,
            NumChunks = 1,
            SlotsPerChunk = (int)slots,
        };
    }

    private static void Logits(CudaContext context, StringBuilder report)
    {
        using MoeKernels<GroupedRouterMoe, BFloat16> kernels = MoeKernels<GroupedRouterMoe, BFloat16>.Load(context);
        IMoeLaunchers<BFloat16> launchers = kernels.Pipeline.Launchers;
        using CudaStream stream = context.CreateStream();
        using var timer = new ReplayTimer(stream);
        const long elements = (long)NumExperts * HiddenSize;
        using DeviceBuffer<float> weights = context.Allocate<float>(elements * WeightSets);
        weights.Fill(0x3C);
        CudaRouter router = CudaRouter.Plain(NumExperts, TopK) with { Weight = weights.Pointer };
        foreach (int tokens in LogitTokens)
        {
            using DeviceBuffer<BFloat16> input = context.Allocate<BFloat16>((long)tokens * HiddenSize);
            int parts = new RouterLayout(default, tokens, router, HiddenSize, context.MultiprocessorCount).LogitParts;
            using DeviceBuffer<float> logits = context.Allocate<float>((long)parts * tokens * NumExperts);
            input.Fill(0x3C);
            int launches = 0;
            Spread time = Time(stream, timer, () => launchers.RouterLogits(Arguments(launches++), stream))[0];
            report.AppendLine($"| E = {NumExperts} | {tokens} | {parts} | {time.Median:f2} | {elements * sizeof(float) / time.Median / 1e6:f2} | {2.0 * elements * tokens / time.Median / 1e6:f1} |");

            RouterLogitsArguments<BFloat16> Arguments(int launch) => new()
            {
                Input = input.Pointer,
                Weight = new(weights.Pointer.Address + ((ulong)(launch % WeightSets) * (ulong)elements * sizeof(float))),
                RouterLogits = logits.Pointer,
                NumTokens = tokens,
                NumExperts = NumExperts,
                NumRows = NumExperts,
                HiddenSize = HiddenSize,
                Parts = parts,
                PartDepth = RouterLayout.PartDepth(HiddenSize, parts),
            };
        }
    }

    private static Spread[] Time(CudaStream stream, ReplayTimer timer, params Action[] works)
    {
        Array.ForEach(works, work => work());
        stream.Synchronize();
        CudaGraph[] graphs = [.. works.Select(work => stream.Capture(() =>
        {
            for (int i = 0; i < Launches; i++)
            {
                work();
            }
        }))];
        try
        {
            Spread[] times = timer.Time([.. graphs.Select(graph => (Action<int>)(_ => graph.Launch(stream)))], 1, Rounds);
            return [.. times.Select(time => new Spread(time.Median / Launches, time.P10 / Launches, time.P90 / Launches, time.Min / Launches, time.Max / Launches))];
        }
        finally
        {
            Array.ForEach(graphs, graph => graph.Dispose());
        }
    }
}
