using Xunit;

namespace MoeGen.Tests;

public sealed class PtxasLogTests
{
    private const string Log = """
        ptxas info    : 0 bytes gmem
        ptxas info    : Compiling entry function 'moe_gemm1' for 'sm_80'
        ptxas info    : Function properties for moe_gemm1
            8 bytes stack frame, 4 bytes spill stores, 12 bytes spill loads
        ptxas info    : Used 254 registers, used 1 barriers, 1024 bytes smem, 440 bytes cmem[0]
        ptxas info    : Compiling entry function 'moe_finalize' for 'sm_80'
        ptxas info    : Function properties for moe_finalize
            0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
        ptxas info    : Used 32 registers, 400 bytes cmem[0]
        """;

    [Fact]
    public void EveryKernelWithItsNumbers() => Assert.Equal(
        [
            new KernelResources("moe_gemm1", Registers: 254, SpillStoreBytes: 4, SpillLoadBytes: 12, StaticSharedBytes: 1024, StackBytes: 8),
            new KernelResources("moe_finalize", Registers: 32, SpillStoreBytes: 0, SpillLoadBytes: 0, StaticSharedBytes: 0, StackBytes: 0),
        ],
        PtxasLog.Parse(Log));

    [Fact]
    public void LinesOfWindows() => Assert.Equal(PtxasLog.Parse(Log), PtxasLog.Parse(Log.ReplaceLineEndings("\r\n")));

    [Fact]
    public void NothingInAnEmptyLog() => Assert.Empty(PtxasLog.Parse(""));
}
