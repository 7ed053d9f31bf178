using System.Text;
using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class CudaModuleTests : IDisposable
{
    private readonly FakeCudaDriver _driver = new();
    private readonly CudaContext _context;

    public CudaModuleTests() => _context = new CudaContext(_driver);

    public void Dispose()
    {
        _context.Dispose();
        _driver.Dispose();
    }

    [Fact]
    public void ImageIsHandedOverWithATerminatingZero()
    {
        using CudaModule module = CudaModule.Load(_context, ".version 8.4"u8);

        Assert.Equal(".version 8.4", Encoding.UTF8.GetString(_driver.LoadedText));
        Assert.NotEqual(0, module.Handle);
    }

    [Fact]
    public void IsUnloadedOnce()
    {
        CudaModule module = CudaModule.Load(_context, "image"u8);
        Assert.Equal(1, _driver.LiveModules);

        module.Dispose();
        module.Dispose();

        Assert.Equal(0, _driver.LiveModules);
        Assert.Throws<ObjectDisposedException>(() => module.Handle);
        Assert.Throws<ObjectDisposedException>(() => module.GetKernel("k", 32, 0));
    }

    [Fact]
    public void FailureNamesTextArchitectureAndDevice()
    {
        _driver.NextFailure = (nameof(ICudaDriver.LoadModule), (CudaResult)209);
        var compiled = new CompiledKernel("mixtral.cu", "sm_90", [1], "", new Version(12, 4), TimeSpan.Zero);

        CudaException exception = Assert.Throws<CudaException>(() => CudaModule.Load(_context, compiled));

        Assert.StartsWith("Loading 'mixtral.cu' (sm_90) on Fake A10", exception.Message, StringComparison.Ordinal);
        Assert.Equal(209, exception.Code);
    }

    [Fact]
    public void EmptyImageIsRefused() => Assert.Throws<ArgumentException>("image", () => CudaModule.Load(_context, []));
}
