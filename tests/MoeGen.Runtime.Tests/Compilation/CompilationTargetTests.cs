using Xunit;

namespace MoeGen.Tests;

public sealed class CompilationTargetTests
{
    [Theory]
    [InlineData(8, 0, "sm_80", KernelImageKind.Cubin)]
    [InlineData(9, 0, "sm_90", KernelImageKind.Cubin)]
    [InlineData(12, 0, "compute_80", KernelImageKind.Ptx)]
    public void CubinWhereKnownPtxWhereNewer(int major, int minor, string architecture, KernelImageKind kind)
    {
        CompilationTarget target = CompilationTarget.For(new ComputeCapability(major, minor), [75, 80, 86, 89, 90]);

        Assert.Equal(architecture, target.Architecture);
        Assert.Equal(kind, target.Kind);
        Assert.Contains($"--gpu-architecture={architecture}", target.Options);
    }

    [Fact]
    public void OlderDevicesAreRefusedWithTheLimit()
    {
        NotSupportedException exception = Assert.Throws<NotSupportedException>(
            () => CompilationTarget.For(new ComputeCapability(7, 5), [75, 80]));

        Assert.Contains("7.5", exception.Message, StringComparison.Ordinal);
        Assert.Contains("8.0", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sm_80")]
    [InlineData("sm_90a")]
    [InlineData("sm_120f")]
    [InlineData("compute_80")]
    public void NamesThatAreArchitectures(string name) => Assert.Equal(name, CompilationTarget.Parse(name).Architecture);

    [Theory]
    [InlineData("")]
    [InlineData("sm_")]
    [InlineData("sm_90aa")]
    [InlineData("90")]
    [InlineData("sm_9.0")]
    [InlineData("compute_80 --x")]
    public void NamesThatAreNot(string name)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => CompilationTarget.Parse(name));
        Assert.Contains($"'{name}'", exception.Message, StringComparison.Ordinal);
    }
}
