using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Whole layers at small sizes: ragged sizes, K beyond E, invalid ids, empty experts, one expert for all, one token.</summary>
public sealed class LayerTests
{
    public static TheoryData<Problem> Gated => new()
    {
        new Problem(1, 1, 1, 72, 40, Fc1Layout.GateUp),
        new Problem(1, 8, 2, 256, 136, Fc1Layout.GateUp),
        new Problem(2, 4, 2, 72, 40, Fc1Layout.UpGate),
        new Problem(3, 10, 4, 136, 200, Fc1Layout.Interleaved),
        new Problem(15, 130, 8, 64, 24, Fc1Layout.GateUp),
        new Problem(73, 64, 6, 48, 96, Fc1Layout.Interleaved, IdPattern.Repeating),
        new Problem(97, 4, 3, 72, 88, Fc1Layout.GateUp, IdPattern.Invalid),
        new Problem(150, 16, 2, 64, 40, Fc1Layout.GateUp, IdPattern.OneExpert),
        new Problem(5, 3, 8, 96, 64, Fc1Layout.UpGate, IdPattern.Repeating),
        new Problem(400, 3, 2, 40, 32, Fc1Layout.UpGate),
        new Problem(6, 1024, 32, 32, 24, Fc1Layout.GateUp),
        new Problem(1100, 6, 4, 24, 16, Fc1Layout.Interleaved, IdPattern.Invalid),
    };

    public static TheoryData<Problem> Plain => new()
    {
        new Problem(1, 1, 1, 72, 40, Fc1Layout.Plain),
        new Problem(7, 8, 2, 264, 136, Fc1Layout.Plain),
        new Problem(64, 5, 2, 72, 104, Fc1Layout.Plain, IdPattern.Repeating),
        new Problem(133, 16, 4, 64, 136, Fc1Layout.Plain, IdPattern.Invalid),
    };

    [Theory, MemberData(nameof(Gated))]
    public void Bf16_swiglu_ladder(Problem problem) =>
        Emulated.Check<Bf16SwigluLadder, BFloat16>((context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), problem);

    [Theory, MemberData(nameof(Gated))]
    public void Fp16_swiglu_64x256x32(Problem problem) =>
        Emulated.Check<Fp16SwigluWide, Half>((context, weights) => new(context, weights, LayerHarness.TileOf(Fp16SwigluWide.Descriptor)), problem);

    [Theory, MemberData(nameof(Plain))]
    public void Fp16_silu_ladder(Problem problem) =>
        Emulated.Check<Fp16SiluLadder, Half>((context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), problem);
}
