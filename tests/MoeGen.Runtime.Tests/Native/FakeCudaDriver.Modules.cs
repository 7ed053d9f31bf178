using MoeGen.Native;

namespace MoeGen.Tests;

internal sealed unsafe partial class FakeCudaDriver
{
    private readonly Dictionary<nint, FakeKernel> _functions = [];

    public int LiveModules { get; private set; }

    /// <summary>The kernels of every module.</summary>
    public List<FakeKernel> Kernels { get; } = [];

    public List<FakeLaunch> Launches { get; } = [];

    public int LaunchCount { get; private set; }

    public int OccupancyQueries { get; private set; }

    /// <summary>Off where a test measures allocations.</summary>
    public bool RecordLaunches { get; set; } = true;

    /// <summary>The image last loaded, up to and without its first zero byte.</summary>
    public byte[] LoadedText { get; private set; } = [];

    public CudaResult LoadModule(out nint module, void* image)
    {
        module = 0;
        CudaResult code = Enter(nameof(LoadModule));
        if (code == CudaResult.Success)
        {
            module = NextHandle();
            LiveModules++;
            LoadedText = new ReadOnlySpan<byte>(image, new ReadOnlySpan<byte>(image, int.MaxValue).IndexOf((byte)0)).ToArray();
        }

        return code;
    }

    public CudaResult UnloadModule(nint module)
    {
        LiveModules--;
        return CudaResult.Success;
    }

    public CudaResult GetFunction(out nint function, nint module, string name)
    {
        function = 0;
        FakeKernel? kernel = Kernels.Find(kernel => kernel.Name == name);
        if (kernel is null)
        {
            return CudaResult.NotFound;
        }

        function = NextHandle();
        _functions.Add(function, kernel);
        return Enter(nameof(GetFunction));
    }

    public CudaResult GetFunctionAttribute(out int value, CudaFunctionAttribute attribute, nint function)
    {
        FakeKernel kernel = _functions[function];
        value = attribute switch
        {
            CudaFunctionAttribute.MaxThreadsPerBlock => kernel.MaxThreads,
            CudaFunctionAttribute.SharedBytes => kernel.StaticSharedBytes,
            CudaFunctionAttribute.LocalBytes => kernel.LocalBytes,
            CudaFunctionAttribute.Registers => kernel.Registers,
            CudaFunctionAttribute.MaxDynamicSharedBytes => kernel.MaxDynamicSharedBytes,
            _ => -1,
        };
        return Enter(nameof(GetFunctionAttribute));
    }

    public CudaResult SetFunctionAttribute(nint function, CudaFunctionAttribute attribute, int value)
    {
        if (attribute != CudaFunctionAttribute.MaxDynamicSharedBytes || value > OptinSharedBytes)
        {
            return CudaResult.InvalidValue;
        }

        _functions[function].MaxDynamicSharedBytes = value;
        return Enter(nameof(SetFunctionAttribute));
    }

    public CudaResult GetMaxActiveBlocks(out int blocks, nint function, int threads, nuint sharedMemoryBytes)
    {
        OccupancyQueries++;
        blocks = _functions[function].BlocksPerMultiprocessor;
        return Enter(nameof(GetMaxActiveBlocks));
    }

    public CudaResult Launch(
        nint function, uint gridBlocks, uint threads, uint sharedMemoryBytes, nint stream, void** parameters)
    {
        FakeKernel kernel = _functions[function];
        CudaResult code = Enter(nameof(Launch));
        if (code != CudaResult.Success || gridBlocks == 0 || sharedMemoryBytes > kernel.MaxDynamicSharedBytes)
        {
            return code == CudaResult.Success ? CudaResult.InvalidValue : code;
        }

        LaunchCount++;
        if (RecordLaunches)
        {
            byte[] arguments = new ReadOnlySpan<byte>(parameters[0], kernel.ArgumentBytes).ToArray();
            Launches.Add(new FakeLaunch(kernel.Name, gridBlocks, threads, sharedMemoryBytes, stream, arguments));
        }

        return CudaResult.Success;
    }
}
