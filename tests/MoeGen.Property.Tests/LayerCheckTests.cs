using MoeGen.Tests;

namespace MoeGen.Property.Tests;

/// <summary>What a check of an output must not let pass.</summary>
public sealed class LayerCheckTests
{
    // Token 1 has no expert, token 2 a NaN.
    private static readonly LayerCall Call = new(4, 3, 2, 24, 8, Fc1Layout.GateUp, 5)
    {
        Ids = [0, 1, -1, 3, 2, 2, 1, int.MinValue], BadInputs = [new(2, 3, float.NaN)],
    };

    private static readonly MoeDescriptor Descriptor = new("Layer", Dtype.FP16, Activation.Swiglu, RoutingMethod.Preselected, []);

    [Fact]
    public void Right_output_passes() => Check(_ => { });

    [Fact]
    public void Wrong_value_fails() => Assert.ThrowsAny<Exception>(() => Check(output => output[0] += (Half)1));

    [Fact]
    public void Row_without_an_expert_must_be_zero() => Assert.ThrowsAny<Exception>(() => Check(output => output[30] = Half.Epsilon));

    [Fact]
    public void NaN_must_stay_in_its_token() => Assert.ThrowsAny<Exception>(() => Check(output => output[23] = Half.NaN));

    [Fact]
    public void NaN_must_show() => Assert.ThrowsAny<Exception>(() => Check(output => output.AsSpan(48, 24).Clear()));

    [Fact]
    public void Exchanged_tokens_fail() => Assert.ThrowsAny<Exception>(() => Check(output =>
    {
        Half[] first = output[..24];
        output.AsSpan(72, 24).CopyTo(output);
        first.CopyTo(output.AsSpan(72));
    }));

    private static void Check(Action<Half[]> mistake)
    {
        var reference = new LayerReference<Half>(Call, Descriptor);
        Half[] output = [.. reference.Expected.Select(TestLayer<Half>.From)];
        mistake(output);
        LayerCheck.Check(reference, Descriptor, output, RoundingPoints.Output, "the test");
    }
}
