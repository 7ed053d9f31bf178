using System.Runtime.InteropServices;
using MoeGen.Native;

namespace MoeGen.Tests;

internal sealed unsafe partial class FakeCudaDriver
{
    private readonly Dictionary<nint, (FakeKernel Kernel, nint Module)> _functions = [];
    private readonly HashSet<nint> _modules = [];
    private readonly Dictionary<(nint Module, string Kernel), int> _dynamicShared = [];

    public int LiveModules => _modules.Count;

    /// <summary>The kernels of every module.</summary>
    public List<FakeKernel> Kernels { get; } = [];

    public List<FakeLaunch> Launches { get; } = [];

    public int LaunchCount { get; private set; }

    public int OccupancyQueries { get; private set; }

    /// <summary>Off where a test measures allocations.</summary>
    public bool RecordLaunches { get; set; } = true;

    /// <summary>What a test does while a launch of this kernel is under way, on the launching thread.</summary>
    public Action<string>? DuringLaunch { get; set; }

    /// <summary>The image last loaded, up to and without its first zero byte.</summary>
    public byte[] LoadedText { get; private set; } = [];

    public CudaResult LoadModule(out nint module, void* image)
    {
        lock (_lock)
        {
            module = 0;
            CudaResult code = Enter(nameof(LoadModule));
            if (code == CudaResult.Success)
            {
                module = NextHandle();
                _modules.Add(module);
                LoadedText = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)image).ToArray();
            }

            return code;
        }
    }

    public CudaResult UnloadModule(nint module)
    {
        lock (_lock)
        {
            CheckUnload(module);
            _modules.Remove(module);
            return Released();
        }
    }

    public CudaResult GetFunction(out nint function, nint module, string name)
    {
        lock (_lock)
        {
            function = 0;
            FakeKernel? kernel = Kernels.Find(kernel => kernel.Name == name);
            if (kernel is null)
            {
                return CudaResult.NotFound;
            }

            function = NextHandle();
            _functions.Add(function, (kernel, module));
            return Enter(nameof(GetFunction));
        }
    }

    public CudaResult GetFunctionAttribute(out int value, CudaFunctionAttribute attribute, nint function)
    {
        FakeKernel kernel = KernelOf(function);
        value = attribute switch
        {
            CudaFunctionAttribute.MaxThreadsPerBlock => kernel.MaxThreads,
            CudaFunctionAttribute.SharedBytes => kernel.StaticSharedBytes,
            CudaFunctionAttribute.LocalBytes => kernel.LocalBytes,
            CudaFunctionAttribute.Registers => kernel.Registers,
            CudaFunctionAttribute.MaxDynamicSharedBytes => DynamicSharedOf(function),
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

        lock (_lock)
        {
            CudaResult code = Enter(nameof(SetFunctionAttribute));
            if (code == CudaResult.Success)
            {
                (FakeKernel kernel, nint module) = _functions[function];
                _dynamicShared[(module, kernel.Name)] = kernel.MaxDynamicSharedBytes = value;
            }

            return code;
        }
    }

    public CudaResult GetMaxActiveBlocks(out int blocks, nint function, int threads, nuint sharedMemoryBytes)
    {
        OccupancyQueries++;
        blocks = KernelOf(function).BlocksPerMultiprocessor;
        return Enter(nameof(GetMaxActiveBlocks));
    }

    public CudaResult Launch(
        nint function, uint gridBlocks, uint threads, uint sharedMemoryBytes, nint stream, void** parameters)
    {
        FakeKernel kernel = KernelOf(function);
        DuringLaunch?.Invoke(kernel.Name);
        lock (_lock)
        {
            CudaResult code = Enter(nameof(Launch));
            if (code != CudaResult.Success || gridBlocks == 0 || sharedMemoryBytes > DynamicSharedOf(function))
            {
                return code == CudaResult.Success ? CudaResult.InvalidValue : code;
            }

            LaunchCount++;
            if (RecordLaunches)
            {
                byte[] arguments = new ReadOnlySpan<byte>(parameters[0], kernel.ArgumentBytes).ToArray();
                Launches.Add(new FakeLaunch(kernel.Name, gridBlocks, threads, sharedMemoryBytes, stream, arguments));
                Enqueue(new FakeWork(kernel.Name, _functions[function].Module, arguments), stream);
            }

            return CudaResult.Success;
        }
    }

    // As the driver has it, of each module: 48 KB until raised.
    private int DynamicSharedOf(nint function)
    {
        lock (_lock)
        {
            (FakeKernel kernel, nint module) = _functions[function];
            return _dynamicShared.GetValueOrDefault((module, kernel.Name), 49152);
        }
    }

    private FakeKernel KernelOf(nint function)
    {
        lock (_lock)
        {
            return _functions[function].Kernel;
        }
    }
}
