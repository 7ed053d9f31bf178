using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Every activation with both biases and, where it has constants, a set for each expert; sizes as constants; GEMMs from outside.</summary>
public sealed class ActivationTests
{
    private static readonly Problem Gated = new(21, 6, 3, 136, 72, Fc1Layout.Interleaved, IdPattern.Invalid);
    private static readonly Problem Plain = Gated with { Layout = Fc1Layout.Plain };

    [Fact]
    public void Geglu() => Check<Fp16Geglu, Half>((context, weights) => new(context, weights, Gpu.Options), Gated);

    [Fact]
    public void Geglu_tanh() => Check<Bf16GegluTanh, BFloat16>((context, weights) => new(context, weights, Gpu.Options), Gated with { Layout = Fc1Layout.UpGate });

    [Fact]
    public void Swiglu_oai() => Check<Bf16SwigluOai, BFloat16>((context, weights) => new(context, weights, Gpu.Options), Gated);

    [Fact]
    public void Swiglu_step() => Check<Fp16SwigluStep, Half>((context, weights) => new(context, weights, Gpu.Options), Gated with { Layout = Fc1Layout.GateUp });

    [Fact]
    public void Gelu_tanh() => Check<Fp16GeluTanh, Half>((context, weights) => new(context, weights, Gpu.Options), Plain);

    [Fact]
    public void Relu2() => Check<Bf16Relu2, BFloat16>((context, weights) => new(context, weights, Gpu.Options), Plain);

    [Fact]
    public void Identity() => Check<Fp16Identity, Half>((context, weights) => new(context, weights, Gpu.Options), Plain);

    [Fact]
    public void Sizes_as_constants() => Check<Bf16StaticShape, BFloat16>((context, weights) => new(context, weights, Gpu.Options), Gated);

    [Fact]
    public void Own_gemm1_and_generated_gemm2()
    {
        Bf16Custom? made = null;
        Check<Bf16Custom, BFloat16>((context, weights) => made = new(context, weights, Gpu.Options), Gated);
        Assert.Equal(1, made!.Calls);
    }

    [Fact]
    public void Both_gemms_plugged_in_at_run_time()
    {
        Bf16Custom? made = null;
        Check<Bf16Custom, BFloat16>(
            (context, weights) =>
            {
                made = new(context, weights, Gpu.Options);
                made.UseGemm(new PlainGemm(context));
                return made;
            },
            Gated with { Layout = Fc1Layout.UpGate });
        Assert.Equal(0, made!.Calls);
        Assert.Throws<InvalidOperationException>(() => new Bf16SwigluPinned(new ManagedBackend(), new Data<BFloat16>(Gated).Weights).UseGemm(null));
    }

    [Fact]
    public void Stated_sizes_are_checked()
    {
        CudaContext context = Gpu.Context;
        var other = new Data<BFloat16>(Gated with { H = 128 });
        string message = Assert.Throws<ArgumentException>(() => new Bf16StaticShape(context, other.Weights, Gpu.Options)).Message;
        Assert.Contains("HiddenSize is 128", message, StringComparison.Ordinal);
        Assert.Contains("HiddenSize = 136", message, StringComparison.Ordinal);
        using var layer = new Bf16StaticShape(new ManagedBackend(), new Data<BFloat16>(Gated).Weights);
        Assert.Contains("topK is 2", Assert.Throws<ArgumentException>(
            () => layer.Forward(new BFloat16[136], [0, 1], [], new BFloat16[136])).Message, StringComparison.Ordinal);
    }

    /// <summary>Without anything optional, with both biases, and with all that the activation takes.</summary>
    internal static void Check<TLayer, T>(MakeLayer<TLayer, T> make, Problem problem)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        CudaContext context = Gpu.Context;
        var data = new Data<T>(problem);
        MoeWeights<T>[] variants = [data.Weights, data.WithOptions(TLayer.Descriptor.Activation, biases: true, constants: false), data.WithOptions(TLayer.Descriptor.Activation, biases: false, constants: true)];
        TLayer? shared = null;
        var errors = new List<double>();
        foreach (MoeWeights<T> weights in variants)
        {
            shared = make(context, weights);
            using TLayer layer = shared;
            var output = new T[data.Input.Length];
            layer.Forward(data.Input, data.Ids, data.Scales, output);
            double[] expected = Reference(RoundingPoints.None);
            double[] ideal = Reference(LayerHarness.KernelRounding);
            ContractVerdict verdict = NumericContract.For(TLayer.Descriptor.Dtype).Check<T>(output, expected, problem.H, ideal);
            Assert.True(verdict.Passed, $"{typeof(TLayer).Name}: {verdict}");
            errors.Add(expected.Sum());

            double[] Reference(RoundingPoints rounding) => ManagedMoe.ForwardDouble<T>(
                weights, TLayer.Descriptor.Activation, data.Input, data.Ids, data.Scales, problem.K, new ManagedOptions { Rounding = rounding }, TLayer.Descriptor.Swiglu);
        }

        Assert.NotEqual(errors[0], errors[1]);
    }
}
