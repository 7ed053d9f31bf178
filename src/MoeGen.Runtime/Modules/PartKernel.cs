using System.Runtime.CompilerServices;

namespace MoeGen;

/// <summary>A kernel of a part of a CUDA text. Its part is compiled and loaded by the first use of one of its kernels. Thread-safe.</summary>
public sealed class PartKernel
{
    private readonly KernelPart _part;
    private readonly string _name;
    private readonly int _threads;
    private readonly int _sharedMemoryBytes;
    private CudaKernel? _kernel;

    internal PartKernel(KernelPart part, string name, int threads, int sharedMemoryBytes)
    {
        _part = part;
        _name = name;
        _threads = threads;
        _sharedMemoryBytes = sharedMemoryBytes;
    }

    /// <summary>The loaded kernel; loads its part where that has not been done.</summary>
    /// <exception cref="CudaCompilationException">The part does not compile.</exception>
    /// <exception cref="InvalidOperationException">The part is not loaded yet, and the calling thread is capturing a graph.</exception>
    public CudaKernel Kernel => Volatile.Read(ref _kernel) ?? Load(null);

    /// <summary>Blocks that the device holds at a time, all multiprocessors together; loads its part where that has not been done.</summary>
    /// <exception cref="CudaCompilationException">The part does not compile.</exception>
    /// <exception cref="InvalidOperationException">The part is not loaded yet, and the calling thread is capturing a graph.</exception>
    public int ResidentBlocks => Kernel.ResidentBlocks;

    /// <summary>Enqueues the kernel; loads its part first where that has not been done.</summary>
    /// <param name="arguments">The kernel's one parameter.</param>
    /// <param name="gridBlocks">Blocks, 1 to 2^31 - 1.</param>
    /// <param name="stream">Where to enqueue.</param>
    /// <exception cref="CudaCompilationException">The part does not compile.</exception>
    /// <exception cref="InvalidOperationException">The part is not loaded yet, and the stream is captured.</exception>
    public void Launch<TArguments>(in TArguments arguments, long gridBlocks, CudaStream stream)
        where TArguments : unmanaged => (Volatile.Read(ref _kernel) ?? Load(stream)).Launch(in arguments, gridBlocks, stream);

    internal void Bind(CudaModule module) => Volatile.Write(ref _kernel, module.GetKernel(_name, _threads, _sharedMemoryBytes));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private CudaKernel Load(CudaStream? stream)
    {
        _part.Load(stream);
        return _kernel!;
    }
}
