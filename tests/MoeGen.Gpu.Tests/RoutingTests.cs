using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Top-k and layers that route, against the managed router.</summary>
public sealed class RoutingTests
{
    [Theory]
    [InlineData(1, 8, 2)]
    [InlineData(77, 128, 8)]
    [InlineData(33, 10, 10)]
    [InlineData(5, 1024, 32)]
    [InlineData(9, 1, 1)]
    public void Softmax_top_k_renormalized(int tokens, int experts, int topK) =>
        Check<Bf16SwigluRouted, BFloat16>((context, weights) => new(context, weights, Gpu.Options), new Problem(tokens, experts, topK, 32, 16, Fc1Layout.GateUp));

    [Theory]
    [InlineData(64, 60, 4)]
    [InlineData(2, 16, 16)]
    public void Softmax_top_k(int tokens, int experts, int topK) =>
        Check<Bf16GeluRouted, BFloat16>((context, weights) => new(context, weights, Gpu.Options), new Problem(tokens, experts, topK, 32, 16, Fc1Layout.Plain));

    [Theory]
    [InlineData(20, 6, 3)]
    public void Softmax_top_k_renormalized_fp16(int tokens, int experts, int topK) =>
        Check<Fp16ReluRouted, Half>((context, weights) => new(context, weights, Gpu.Options), new Problem(tokens, experts, topK, 72, 56, Fc1Layout.Plain));

    private static void Check<TLayer, T>(MakeLayer<TLayer, T> make, Problem problem)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        CudaContext context = Gpu.Context;
        var data = new Data<T>(problem);
        float[] logits = Logits(problem);
        var ids = new int[problem.T * problem.K];
        var scales = new float[ids.Length];
        ManagedRouter.SelectExperts(logits, problem.E, problem.K, TLayer.Descriptor.Routing, ids, scales);

        using TLayer layer = make(context, data.Weights);
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<float> deviceLogits = Buffers<T>.Upload<float>(context, logits);
        using DeviceBuffer<int> deviceIds = context.Allocate<int>(ids.Length);
        using DeviceBuffer<float> deviceScales = context.Allocate<float>(ids.Length);
        var slots = new CudaSlots { Experts = deviceIds.Pointer, FinalScales = deviceScales.Pointer };
        layer.Pipeline!.Launchers.SelectExperts(
            RouterStages.SelectArguments(CudaRouter.Plain(problem.E, problem.K), problem.T, deviceLogits.Pointer, slots), stream);
        stream.Synchronize();
        var foundIds = new int[ids.Length];
        var foundScales = new float[ids.Length];
        deviceIds.CopyTo(foundIds);
        deviceScales.CopyTo(foundScales);
        Assert.Equal(ids, foundIds);
        for (int slot = 0; slot < ids.Length; slot++)
        {
            Assert.Equal(float.IsNaN(scales[slot]), float.IsNaN(foundScales[slot]));
            if (!float.IsNaN(scales[slot]))
            {
                Assert.InRange(foundScales[slot], scales[slot] * (1 - 1e-5f), scales[slot] * (1 + 1e-5f));
            }
        }

        // The layer as a whole, without the hostile rows.
        float[] calm = Data<float>.Normal(new Random(5), problem.T * problem.E, 2);
        ManagedRouter.SelectExperts(calm, problem.E, problem.K, TLayer.Descriptor.Routing, ids, scales);
        var output = new T[data.Input.Length];
        layer.ForwardFromLogits(data.Input, calm, problem.K, output);
        LayerHarness.AssertContract<TLayer, T>(data, output, ids, scales);
    }

    /// <summary>Random logits; some rows with ties, NaN or infinities.</summary>
    private static float[] Logits(Problem problem)
    {
        float[] logits = Data<float>.Normal(new Random(3), problem.T * problem.E, 2);
        for (int token = 0; token < problem.T; token++)
        {
            Span<float> row = logits.AsSpan(token * problem.E, problem.E);
            switch (token % 8)
            {
                case 1: row.Fill(0.5f); break;
                case 2: row[problem.E / 2] = float.NaN; break;
                case 3: row.Fill(float.NaN); break;
                case 4: row[0] = float.NegativeInfinity; break;
                case 5: row[problem.E - 1] = float.PositiveInfinity; break;
                case 6: row[..(problem.E / 2)].Fill(-0f); row[(problem.E / 2)..].Clear(); break;
                default: break;
            }
        }

        return logits;
    }
}
