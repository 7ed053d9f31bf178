using Xunit;

namespace MoeGen.Tests;

public sealed class NvrtcCacheTests
{
    [Fact]
    public void CubinOfNvrtcComesBackByteForByte()
    {
        if (!NvrtcCompiler.IsAvailable(out string reason))
        {
            Assert.Skip(reason);
        }

        using var folder = new TemporaryFolder();
        var target = new ComputeCapability(8, 0);

        CachedKernel first = new KernelCache(folder.Path).GetOrCompile(TestKernels.Copy, "copy.cu", target);
        CachedKernel second = new KernelCache(folder.Path).GetOrCompile(TestKernels.Copy, "copy.cu", target);

        Assert.Equal((CacheOutcome.Compiled, CacheOutcome.Hit), (first.Outcome, second.Outcome));
        Assert.Equal(first.Kernel.Image.ToArray(), second.Kernel.Image.ToArray());
        Assert.Equal(first.Kernel.Resources, second.Kernel.Resources);
    }
}
