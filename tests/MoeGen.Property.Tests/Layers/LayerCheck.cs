using MoeGen.KernelEmulator.Tests;

namespace MoeGen.Property.Tests;

/// <summary>One call of a layer against the reference.</summary>
internal static class LayerCheck
{
    private const RoundingPoints KernelRounding = RoundingPoints.Activation | RoundingPoints.ExpertOutput | RoundingPoints.Output;

    /// <summary>The managed backend in double precision against the naive layer, and in the layer's own type.</summary>
    public static RowCounts Managed<TLayer, T>(LayerCall call)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        var reference = new LayerReference<T>(call, TLayer.Descriptor);
        for (int token = 0; token < call.Tokens; token++)
        {
            Range row = (token * call.Hidden)..((token + 1) * call.Hidden);
            AssertExact(reference.Expected[row], reference.Exact[row], $"token {token} of the managed layer in double precision");
        }

        using var layer = (TLayer)Activator.CreateInstance(typeof(TLayer), new ManagedBackend(), reference.Weights)!;
        T[] output = Run<TLayer, T>(layer, reference);
        Check(reference, TLayer.Descriptor, output, RoundingPoints.Output, "the managed backend");
        return RowCounts.Of(reference.Expected, call.Hidden);
    }

    /// <summary>The kernels on an emulated device.</summary>
    public static RowCounts Emulated<TLayer, T>(LayerCall call, MoeCudaOptions options)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        var reference = new LayerReference<T>(call, TLayer.Descriptor);

        // The tile by its name beside what the call chooses, which for few tokens are the decode kernels.
        if (RunEmulated<TLayer, T>(reference, options) == GemmVariant.Decode)
        {
            RunEmulated<TLayer, T>(reference, options with { Variant = TLayer.Descriptor.Variants[0].Name });
        }

        return RowCounts.Of(reference.Expected, call.Hidden);
    }

    private static GemmVariant RunEmulated<TLayer, T>(LayerReference<T> reference, MoeCudaOptions options)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using var device = new EmulatedDevice();
        using var layer = (TLayer)Activator.CreateInstance(typeof(TLayer), device.Context, reference.Weights, options)!;
        if (TLayer.Descriptor.Gemm == Gemm.Custom)
        {
            layer.UseGemm(new HostGemm<T>());
        }

        T[] output = Run<TLayer, T>(layer, reference);
        Assert.Empty(device.Driver.Faults);
        GemmVariant variant = layer.ChoiceFor(reference.Call.Tokens, reference.Call.TopK)!.Value.Gemm1;
        Check(reference, TLayer.Descriptor, output, KernelRounding, $"the emulated kernels: {variant.Name}");
        return variant;
    }

    private static T[] Run<TLayer, T>(TLayer layer, LayerReference<T> reference)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        var output = new T[reference.Input.Length];
        if (TLayer.Descriptor.Routing == RoutingMethod.Preselected)
        {
            layer.Forward(reference.Input, reference.Ids, reference.Scales, output);
        }
        else
        {
            layer.ForwardFromLogits(reference.Input, reference.Logits, reference.Call.TopK, output);
        }

        return output;
    }

    private static void AssertExact(double[] expected, double[] actual, string what)
    {
        if (expected.All(double.IsFinite))
        {
            Assert.True(MoeError.RelativeL2<double>(actual, expected) <= 1e-11, $"{what} is off by {MoeError.RelativeL2<double>(actual, expected)}");
        }
        else
        {
            Assert.True(!actual.All(double.IsFinite), $"{what} is finite and must not be");
        }
    }

    /// <summary>Throws where an output is not what the reference says.</summary>
    public static void Check<T>(LayerReference<T> reference, MoeDescriptor descriptor, T[] output, RoundingPoints rounding, string who)
        where T : unmanaged
    {
        ContractVerdict verdict = NumericContract.For(descriptor.Dtype).Check<T>(
            output, reference.Expected, reference.Call.Hidden, reference.Double(rounding), allowNonFiniteRows: true);

        // The bound of the whole is an average over many values; of a few, their roundings may all point the same way.
        double bound = NumericContract.For(descriptor.Dtype).Bound * (output.Length < 2048 ? 2 : 1);
        bool passed = verdict.RelativeL2 <= bound && (verdict.WorstToken < 0 || verdict.WorstTokenError <= verdict.WorstTokenLimit);
        Assert.True(passed, $"{who}: {verdict}");
    }
}
