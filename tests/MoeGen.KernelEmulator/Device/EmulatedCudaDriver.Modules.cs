using System.Runtime.InteropServices;
using MoeGen.Native;

namespace MoeGen.KernelEmulator;

internal sealed unsafe partial class EmulatedCudaDriver
{
    private readonly Dictionary<nint, KernelLibrary> _modules = [];
    private readonly Dictionary<nint, EmulatedKernel> _functions = [];
    private uint _epoch;

    /// <summary>Kernels launched so far, in order.</summary>
    public List<string> Launches { get; } = [];

    /// <summary>Kernels of every loaded text.</summary>
    public IEnumerable<string> LoadedKernels => _modules.Values.Distinct().SelectMany(library => library.Kernels).Select(kernel => kernel.Name);

    public CudaResult LoadModule(out nint module, void* image)
    {
        module = NextHandle();
        KernelLibrary library = KernelBuilder.Get(MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)image), ChecksExpressions);
        lock (_lock)
        {
            _modules.Add(module, library);
        }

        return CudaResult.Success;
    }

    public CudaResult UnloadModule(nint module)
    {
        lock (_lock)
        {
            return _modules.Remove(module) ? CudaResult.Success : CudaResult.InvalidValue;
        }
    }

    public CudaResult GetFunction(out nint function, nint module, string name)
    {
        lock (_lock)
        {
            function = 0;
            if (!_modules.TryGetValue(module, out KernelLibrary? library) || library.Kernels.Find(kernel => kernel.Name == name) is not { } kernel)
            {
                return CudaResult.NotFound;
            }

            function = NextHandle();
            _functions.Add(function, kernel);
            return CudaResult.Success;
        }
    }

    public CudaResult GetFunctionAttribute(out int value, CudaFunctionAttribute attribute, nint function)
    {
        EmulatedKernel kernel = KernelOf(function);
        value = attribute switch
        {
            CudaFunctionAttribute.MaxThreadsPerBlock => kernel.MaxThreads,
            CudaFunctionAttribute.SharedBytes => kernel.StaticSharedBytes,
            CudaFunctionAttribute.MaxDynamicSharedBytes => kernel.MaxDynamicSharedBytes,
            _ => 0,
        };
        return CudaResult.Success;
    }

    public CudaResult SetFunctionAttribute(nint function, CudaFunctionAttribute attribute, int value)
    {
        if (attribute != CudaFunctionAttribute.MaxDynamicSharedBytes)
        {
            return CudaResult.InvalidValue;
        }

        KernelOf(function).MaxDynamicSharedBytes = value;
        return CudaResult.Success;
    }

    public CudaResult GetMaxActiveBlocks(out int blocks, nint function, int threads, nuint sharedMemoryBytes)
    {
        blocks = BlocksPerMultiprocessor;
        return CudaResult.Success;
    }

    public CudaResult Launch(nint function, uint gridBlocks, uint threads, uint sharedMemoryBytes, nint stream, void** parameters)
    {
        EmulatedKernel kernel = KernelOf(function);
        if (gridBlocks == 0 || threads > kernel.MaxThreads || sharedMemoryBytes > Math.Max(49152 - kernel.StaticSharedBytes, kernel.MaxDynamicSharedBytes))
        {
            return CudaResult.InvalidValue;
        }

        byte[] arguments = new ReadOnlySpan<byte>(parameters[0], kernel.ArgumentBytes).ToArray();
        return Enqueue(stream, () => Run(kernel, gridBlocks, threads, sharedMemoryBytes, arguments));
    }

    private CudaResult Run(EmulatedKernel kernel, uint gridBlocks, uint threads, uint sharedMemoryBytes, byte[] arguments)
    {
        lock (_lock)
        {
            NativeRegion[] regions = [.. _allocations.Select(allocation => allocation.Region).OrderBy(region => region.Begin)];
            var found = new List<EmulatorFault>();
            bool ended = kernel.Library.Launch(kernel, gridBlocks, threads, sharedMemoryBytes, arguments, regions, ref _epoch, found);
            Launches.Add(kernel.Name);
            _faults.AddRange(found);
            if (found.Count == 0 && ended)
            {
                return CudaResult.Success;
            }

            _lastFailure = string.Join('\n', found);
            return LaunchFailed;
        }
    }

    private EmulatedKernel KernelOf(nint function)
    {
        lock (_lock)
        {
            return _functions[function];
        }
    }
}
