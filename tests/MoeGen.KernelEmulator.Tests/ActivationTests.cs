using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Every activation, with and without biases; sizes as constants of the kernels; experts of one device.</summary>
public sealed class ActivationTests
{
    [Fact]
    public void Geglu() => Both<GegluLayer, Half>((context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), Fc1Layout.GateUp);

    [Fact]
    public void Geglu_tanh() => Both<GegluTanhLayer, BFloat16>((context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), Fc1Layout.UpGate);

    [Fact]
    public void Swiglu_oai() => Both<SwigluOaiLayer, Half>((context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), Fc1Layout.Interleaved);

    [Fact]
    public void Swiglu_step() => Both<SwigluStepLayer, Half>((context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), Fc1Layout.GateUp);

    [Fact]
    public void Gelu_tanh() => Both<GeluTanhLayer, Half>((context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), Fc1Layout.Plain);

    [Fact]
    public void Relu2() => Both<Relu2Layer, BFloat16>((context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), Fc1Layout.Plain);

    [Fact]
    public void Identity() =>
        Both<IdentityLayer, Half>((context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), Fc1Layout.Plain, new Problem(37, 5, 1, 72, 104, Fc1Layout.Plain));

    [Fact]
    public void Swiglu_in_a_deep_pipeline() => Both<DeepLayer, BFloat16>((context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), Fc1Layout.UpGate);

    [Fact]
    public void Sizes_as_constants() => Both<FixedShapeLayer, BFloat16>(
        (context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), Fc1Layout.GateUp, new Problem(37, 8, 2, 72, 136, Fc1Layout.GateUp));

    [Fact]
    public void Gemms_of_the_class_itself() => Both<CustomGemmLayer, Half>((context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), Fc1Layout.Interleaved);

    [Fact]
    public void Constants_of_each_expert()
    {
        var data = new Data<BFloat16>(new Problem(37, 3, 2, 72, 40, Fc1Layout.Interleaved));
        var weights = new MoeWeights<BFloat16>(data.Problem.Shape, Fc1Layout.Interleaved, data.Weights.Fc1ExpertWeights, data.Weights.Fc2ExpertWeights)
        {
            SwigluAlpha = new[] { 1.702f, 0.5f, -1f },
            SwigluBeta = new[] { 1f, 0f, 2f },
            SwigluLimit = new[] { 0.5f, 7f, 1f },
        };
        OptionalWeights.Check<GptOssLayer, BFloat16>((context, given) => new(context, given, Gpu.Tests.Gpu.Options), data, weights);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Experts_of_one_device(bool map)
    {
        var data = new Data<BFloat16>(new Problem(45, 4, 2, 72, 40, Fc1Layout.GateUp));
        var random = new Random(3);
        for (int slot = 0; slot < data.Ids.Length; slot++)
        {
            data.Ids[slot] = random.Next(-1, 11);
        }

        LocalExperts local = map ? LocalExperts.Map([-1, 3, -1, 0, 1, -1, -1, 2, -1]) : LocalExperts.Range(5, 10);
        OptionalWeights.Check<Bf16SwigluLadder, BFloat16>(
            (context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), data, OptionalWeights.WithBiases(data, local));
    }

    private static void Both<TLayer, T>(MakeLayer<TLayer, T> make, Fc1Layout layout, Problem? problem = null)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        var data = new Data<T>(problem ?? new Problem(37, 5, 3, 72, 136, layout, IdPattern.Invalid));
        OptionalWeights.Check(make, data, data.Weights);
        OptionalWeights.Check(make, data, OptionalWeights.WithBiases(data));
    }
}
