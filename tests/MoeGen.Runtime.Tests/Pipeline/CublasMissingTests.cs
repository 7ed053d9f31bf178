using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

/// <summary>A layer with cuBLAS on a machine without it.</summary>
public sealed class CublasMissingTests
{
    [Fact]
    public void ConstructionSaysWhatIsMissingAndEveryFileTried()
    {
        try
        {
            _ = CublasLibrary.Loaded;
        }
        catch (CudaLibraryNotFoundException)
        {
            using var driver = new FakeCudaDriver();
            using var context = new CudaContext(driver);

            CudaLibraryNotFoundException exception = Assert.Throws<CudaLibraryNotFoundException>(() => new CublasGroupedGemm<Half>(context));

            Assert.Contains("MOEGEN_CUBLAS_FOLDER", exception.Message, StringComparison.Ordinal);
            Assert.All(CublasSearch.OfProcess(), file => Assert.Contains(file, exception.Message, StringComparison.Ordinal));
            Assert.Equal(0, driver.LiveAllocations);
            return;
        }

        Assert.Skip("cuBLAS is on this machine.");
    }

    [Fact]
    public void OtherElementTypesAreRefusedBeforeTheLibraryIsLoaded()
    {
        using var driver = new FakeCudaDriver();
        using var context = new CudaContext(driver);

        Assert.Contains("Single", Assert.Throws<NotSupportedException>(() => new CublasGroupedGemm<float>(context)).Message, StringComparison.Ordinal);
    }
}
