using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class CudaExceptionTests
{
    [Fact]
    public void MessageNamesOperationCodeAndDescription()
    {
        using var driver = new FakeCudaDriver();

        CudaException exception = Assert.Throws<CudaException>(() => driver.Check(CudaResult.OutOfMemory, "Doing something"));

        Assert.Equal("Doing something failed: CUDA_ERROR_OUT_OF_MEMORY (2): description of 2", exception.Message);
        Assert.Equal(2, exception.Code);
        Assert.Equal("CUDA_ERROR_OUT_OF_MEMORY", exception.Name);
        Assert.Equal("description of 2", exception.Description);
        Assert.Equal("Doing something", exception.Operation);
        Assert.Null(exception.Kernel);
    }

    [Fact]
    public void MessageNamesTheKernel()
    {
        using var driver = new FakeCudaDriver();

        CudaException exception = driver.Error(CudaResult.InvalidValue, "Launch", "moe_gemm1");

        Assert.Equal("Launch of kernel 'moe_gemm1' failed: CUDA_ERROR_INVALID_VALUE (1): description of 1", exception.Message);
        Assert.Equal("moe_gemm1", exception.Kernel);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(1, false)]
    [InlineData(701, false)]
    [InlineData(900, false)]
    [InlineData(46, true)]
    [InlineData(214, true)]
    [InlineData(700, true)]
    [InlineData(714, true)]
    [InlineData(715, true)]
    [InlineData(716, true)]
    [InlineData(719, true)]
    public void ItSaysWhetherTheContextIsLost(int code, bool isSticky)
    {
        using var driver = new FakeCudaDriver();

        CudaException exception = driver.Error((CudaResult)code, "Waiting");

        Assert.Equal(isSticky, exception.IsSticky);
        Assert.Equal(isSticky, exception.Message.EndsWith("The device's context is unusable from now on.", StringComparison.Ordinal));
    }
}
