using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "128x128")]
public partial class Bf16SwigluPinned;

public sealed class FirstTests
{
    [Fact]
    public void Runs() => LayerHarness.Check<Bf16SwigluPinned, BFloat16>(
        (context, weights) => new(context, weights, MoeGen.Gpu.Tests.Gpu.Options), new Problem(33, 5, 2, 136, 72, Fc1Layout.GateUp));
    [Fact]
    public void RunsBig() => LayerHarness.Check<Bf16SwigluPinned, BFloat16>(
        (context, weights) => new(context, weights, MoeGen.Gpu.Tests.Gpu.Options), new Problem(128, 8, 2, 512, 1024, Fc1Layout.GateUp));
}
