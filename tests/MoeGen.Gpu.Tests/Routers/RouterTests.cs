using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>The choice of experts by every method, against a plain double-precision reference; fused with the sort, the same.</summary>
public sealed class RouterTests
{
    private static readonly RouterOptions DeepSeek = new() { NumExpertGroups = 8, NumSelectedGroups = 4, Renormalize = true, RoutedScalingFactor = 2.5f, NumSharedExperts = 1 };

    public static TheoryData<RouterCase> Cases => new()
    {
        new RouterCase(RoutingMethod.SoftmaxTopK, 21, 60, 4) with { Options = new RouterOptions { NumSharedExperts = 2 }, Gate = true },
        new RouterCase(RoutingMethod.SoftmaxTopK, 9, 256, 8),
        new RouterCase(RoutingMethod.SoftmaxTopK, 3, 1000, 24) with { Options = new RouterOptions { NumSharedExperts = 8, RoutedScalingFactor = 0.5f }, Biases = true },
        new RouterCase(RoutingMethod.SoftmaxTopKRenormalized, 64, 256, 8),
        new RouterCase(RoutingMethod.SoftmaxTopKRenormalized, 33, 8, 2),
        new RouterCase(RoutingMethod.SoftmaxTopKRenormalized, 1, 1, 1),
        new RouterCase(RoutingMethod.TopKSoftmax, 40, 32, 4) with { Biases = true },
        new RouterCase(RoutingMethod.TopKSoftmax, 5, 1024, 32),
        new RouterCase(RoutingMethod.SigmoidTopK, 17, 100, 7) with { Options = new RouterOptions { Renormalize = true }, Biases = true },
        new RouterCase(RoutingMethod.SigmoidTopK, 9, 16, 16),
        new RouterCase(RoutingMethod.SigmoidGroupedTopK, 40, 256, 8) with { Options = DeepSeek, Biases = true },
        new RouterCase(RoutingMethod.SigmoidGroupedTopK, 8, 256, 8) with { Options = DeepSeek with { NumSharedExperts = 0 } },
        new RouterCase(RoutingMethod.SigmoidGroupedTopK, 12, 384, 8) with { Options = new RouterOptions { Renormalize = true, RoutedScalingFactor = 2.827f, NumSharedExperts = 1 }, Biases = true },
        new RouterCase(RoutingMethod.SigmoidGroupedTopK, 6, 288, 6) with { Options = new RouterOptions { NumExpertGroups = 32, NumSelectedGroups = 1 }, Biases = true },
        new RouterCase(RoutingMethod.SigmoidGroupedTopK, 6, 24, 4) with { Options = new RouterOptions { NumExpertGroups = 24, NumSelectedGroups = 6 }, Biases = true },
        new RouterCase(RoutingMethod.SoftmaxGroupedTopK, 19, 160, 6) with { Options = new RouterOptions { NumExpertGroups = 8, NumSelectedGroups = 3, RoutedScalingFactor = 16, NumSharedExperts = 2 } },
        new RouterCase(RoutingMethod.SoftmaxGroupedTopK, 7, 64, 6) with { Options = new RouterOptions { Renormalize = true, NumSharedExperts = 2 } },
        new RouterCase(RoutingMethod.SqrtSoftplusTopK, 25, 256, 6) with { Options = new RouterOptions { Renormalize = true, RoutedScalingFactor = 1.5f, NumSharedExperts = 1 }, Biases = true },
        new RouterCase(RoutingMethod.TopKSigmoidInput, 30, 128, 1) with { Options = new RouterOptions { NumSharedExperts = 1 } },
        new RouterCase(RoutingMethod.TopKSigmoidInput, 5, 16, 3),
        new RouterCase(RoutingMethod.SparseMixer, 50, 16, 2),
        new RouterCase(RoutingMethod.SparseMixer, 9, 200, 2) with { Options = new RouterOptions { JitterEpsilon = 0.3f } },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Agrees_with_the_definition(RouterCase router) => ByMethod(router, new Choice());

    [Theory, MemberData(nameof(Cases))]
    public void Hostile_rows_keep_to_themselves(RouterCase router) => ByMethod(router, new Hostile());

    [Theory, MemberData(nameof(Cases))]
    public void One_launch_gives_what_two_give(RouterCase router) => ByMethod(router, new Fused());

    /// <summary>A check that is the same for every class.</summary>
    private interface ICheck
    {
        void Run<T>(RouterCase router, CudaContext context, CudaPipeline<T> pipeline)
            where T : unmanaged;
    }

    private static void ByMethod(RouterCase router, ICheck check)
    {
        CudaContext context = Gpu.Context;
        switch (router.Routing)
        {
            case RoutingMethod.SoftmaxTopK: Check<SoftmaxLayer, BFloat16>(router, context, check); break;
            case RoutingMethod.SoftmaxTopKRenormalized: Check<RenormalizedLayer, BFloat16>(router, context, check); break;
            case RoutingMethod.TopKSoftmax: Check<ChosenSoftmaxLayer, Half>(router, context, check); break;
            case RoutingMethod.SigmoidTopK: Check<SigmoidLayer, BFloat16>(router, context, check); break;
            case RoutingMethod.SigmoidGroupedTopK: Check<GroupedSigmoidLayer, BFloat16>(router, context, check); break;
            case RoutingMethod.SoftmaxGroupedTopK: Check<GroupedSoftmaxLayer, Half>(router, context, check); break;
            case RoutingMethod.SqrtSoftplusTopK: Check<SqrtSoftplusLayer, BFloat16>(router, context, check); break;
            case RoutingMethod.TopKSigmoidInput: Check<InputScaledLayer, BFloat16>(router, context, check); break;
            case RoutingMethod.SparseMixer: Check<SparseMixerLayer, BFloat16>(router, context, check); break;
            default: Assert.Fail($"No layer for {router.Routing}."); break;
        }
    }

    /// <summary>The choice of experts against its definition, then choice and sort in one launch against two.</summary>
    internal static void CheckChoice<TLayer, T>(RouterCase router, CudaContext context, MoeCudaOptions? options)
        where TLayer : IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using MoeKernels<TLayer, T> kernels = MoeKernels<TLayer, T>.Load(context, options);
        new Choice().Run(router, context, kernels.Pipeline);
        new Fused().Run(router, context, kernels.Pipeline);
    }

    private static void Check<TLayer, T>(RouterCase router, CudaContext context, ICheck check)
        where TLayer : IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using MoeKernels<TLayer, T> kernels = MoeKernels<TLayer, T>.Load(context, Gpu.Options);
        check.Run(router, context, kernels.Pipeline);
    }

    private static float[] Logits(RouterCase router)
    {
        float[] logits = Data<float>.Normal(new Random(3), router.T * router.E, 2);
        for (int token = 0; token < router.T; token++)
        {
            Span<float> row = logits.AsSpan(token * router.E, router.E);
            if (token % 5 == 1)
            {
                row.Fill(0.5f);
            }
            else if (token % 5 == 2)
            {
                foreach (ref float logit in row)
                {
                    logit = MathF.Round(logit);
                }
            }
        }

        return logits;
    }

    private static float[]? Gates(RouterCase router) => router.Gate ? Data<float>.Normal(new Random(9), router.T, 1) : null;

    private static void AssertClose(double expected, float found, string what) =>
        Assert.True(Math.Abs(found - expected) <= Math.Abs(expected) * 1e-5, $"{what}: {found}, expected {expected}");

    private sealed class Choice : ICheck
    {
        public void Run<T>(RouterCase router, CudaContext context, CudaPipeline<T> pipeline)
            where T : unmanaged
        {
            MoeRouter host = router.Router(8);
            (float[] logits, float[]? gates) = (Logits(router), Gates(router));
            SelectedSlots found = SelectedSlots.Run(context, pipeline, host, logits, gates, 16, fused: false);
            bool scalesInput = router.Routing == RoutingMethod.TopKSigmoidInput;
            for (int token = 0; token < router.T; token++)
            {
                double[] row = [.. logits.AsSpan(token * router.E, router.E).ToArray().Select(logit => (double)logit)];
                (int[] ids, double[] scales) = RouterReference.Select(host, row, gates?[token]);
                Assert.Equal(ids, found.Ids.AsSpan(token * router.Slots, router.Slots));
                for (int k = 0; k < router.Slots; k++)
                {
                    int slot = (token * router.Slots) + k;
                    AssertClose(scalesInput && k < router.K ? 1 : scales[k], found.FinalScales[slot], $"token {token}, slot {k}");
                    if (scalesInput)
                    {
                        AssertClose(k < router.K ? scales[k] : 1, found.InputScales[slot], $"input of token {token}, slot {k}");
                    }
                }
            }
        }
    }

    private sealed class Hostile : ICheck
    {
        public void Run<T>(RouterCase router, CudaContext context, CudaPipeline<T> pipeline)
            where T : unmanaged
        {
            MoeRouter host = router.Router(8);
            (float[] logits, float[]? gates) = (Logits(router), Gates(router));
            SelectedSlots calm = SelectedSlots.Run(context, pipeline, host, logits, gates, 16, fused: false);
            for (int token = 0; token < router.T; token += 2)
            {
                Span<float> row = logits.AsSpan(token * router.E, router.E);
                switch (token / 2 % 5)
                {
                    case 0: row.Fill(float.NaN); break;
                    case 1: row[router.E / 2] = float.NaN; break;
                    case 2: row[router.E - 1] = float.PositiveInfinity; break;
                    case 3: row.Fill(float.NegativeInfinity); break;
                    default: row[..((router.E + 1) / 2)].Fill(float.NaN); break;
                }
            }

            SelectedSlots found = SelectedSlots.Run(context, pipeline, host, logits, gates, 16, fused: false);
            for (int token = 0; token < router.T; token++)
            {
                Range row = (token * router.Slots)..((token + 1) * router.Slots);
                if (token % 2 == 1)
                {
                    Assert.Equal(calm.Ids[row], found.Ids[row]);
                    Assert.Equal(calm.FinalScales[row], found.FinalScales[row]);
                }

                Assert.Equal(router.Slots, found.Ids[row].Distinct().Count());
                Assert.All(found.Ids[row][..router.K], id => Assert.InRange(id, 0, router.E - 1));
                if (Array.Exists(logits[(token * router.E)..((token + 1) * router.E)], float.IsNaN))
                {
                    float[] scales = router.Routing == RoutingMethod.TopKSigmoidInput ? found.InputScales : found.FinalScales;
                    Assert.All(scales[row][..router.K], scale => Assert.Equal(float.NaN, scale));
                }
            }
        }
    }

    private sealed class Fused : ICheck
    {
        public void Run<T>(RouterCase router, CudaContext context, CudaPipeline<T> pipeline)
            where T : unmanaged
        {
            MoeRouter host = router.Router(8);
            (float[] logits, float[]? gates) = (Logits(router), Gates(router));
            foreach (int? count in new int?[] { null, router.T / 2, 0, router.T + 3 })
            {
                SelectedSlots two = SelectedSlots.Run(context, pipeline, host, logits, gates, 16, fused: false, count);
                SelectedSlots one = SelectedSlots.Run(context, pipeline, host, logits, gates, 16, fused: true, count);
                Assert.Equal(two.Ids, one.Ids);
                Assert.Equal(two.FinalScales, one.FinalScales);
                Assert.Equal(two.InputScales, one.InputScales);
                Assert.Equal(two.ExpertOffsets, one.ExpertOffsets);
                Assert.Equal(two.TileStarts, one.TileStarts);
                Assert.Equal(two.TileExperts, one.TileExperts);
                Assert.Equal(two.SortedSlots, one.SortedSlots);
                Assert.Equal(Math.Min(count ?? router.T, router.T) * router.Slots, one.ExpertOffsets[^1]);
            }
        }
    }
}
