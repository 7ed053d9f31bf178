using System.Diagnostics.CodeAnalysis;
using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// A kernel of a loaded module with its block size and shared memory, checked against the device. It takes one argument, a
/// struct by value. Thread-safe; a launch allocates nothing.
/// </summary>
public sealed class CudaKernel
{
    // What a block gets without asking; more takes an opt-in a kernel.
    private const int DefaultSharedBytes = 48 * 1024;

    // Kernel parameters live in a constant bank of this size on every architecture here.
    private const int MaxArgumentBytes = 4096;

    private readonly CudaModule _module;
    private readonly nint _function;
    private int _residentBlocks = -1;

    internal CudaKernel(CudaModule module, nint function, string name, int threads, int sharedMemoryBytes)
    {
        _module = module;
        _function = function;
        Name = name;
        Threads = threads;
        SharedMemoryBytes = sharedMemoryBytes;
        Registers = Attribute(CudaFunctionAttribute.Registers);
        LocalBytes = Attribute(CudaFunctionAttribute.LocalBytes);
        StaticSharedMemoryBytes = Attribute(CudaFunctionAttribute.SharedBytes);
        RequireThreads(threads, Attribute(CudaFunctionAttribute.MaxThreadsPerBlock));
        RequireSharedMemory(sharedMemoryBytes);
    }

    /// <summary>Its name in the CUDA text.</summary>
    public string Name { get; }

    /// <summary>Threads a block.</summary>
    public int Threads { get; }

    /// <summary>Dynamic shared memory a block, in bytes.</summary>
    public int SharedMemoryBytes { get; }

    /// <summary>Static shared memory a block, in bytes.</summary>
    public int StaticSharedMemoryBytes { get; }

    /// <summary>Registers a thread.</summary>
    public int Registers { get; }

    /// <summary>Local memory a thread (stack and spills), in bytes.</summary>
    public int LocalBytes { get; }

    /// <summary>Blocks that fit the whole device at once: blocks a multiprocessor x multiprocessors. Asked of the driver once.</summary>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public int ResidentBlocks
    {
        get
        {
            if (_residentBlocks < 0)
            {
                using var hold = new HandleHold(_module.Resource);
                Context.MakeCurrent();
                Context.Check(
                    Driver.GetMaxActiveBlocks(out int blocks, _function, Threads, (nuint)SharedMemoryBytes),
                    "Asking for the occupancy", Name);
                _residentBlocks = blocks * Context.MultiprocessorCount;
            }

            return _residentBlocks;
        }
    }

    private CudaContext Context => _module.Context;

    private ICudaDriver Driver => _module.Context.Driver;

    /// <summary>Enqueues a one-dimensional grid and returns.</summary>
    /// <typeparam name="TArguments">The kernel's one parameter; the same layout as in the CUDA text, at most 4096 bytes.</typeparam>
    /// <param name="arguments">Copied during the call.</param>
    /// <param name="gridBlocks">0 to 2^31 - 1 blocks; 0 launches nothing.</param>
    /// <param name="stream">A stream of the module's device.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of blocks is negative or 2^31 or more.</exception>
    /// <exception cref="ArgumentException">The stream belongs to another device, or the struct is too large.</exception>
    /// <exception cref="ObjectDisposedException">The module, the stream or the context was disposed.</exception>
    /// <exception cref="CudaException">The driver refuses the launch, or reports the error of an earlier kernel.</exception>
    public unsafe void Launch<TArguments>(in TArguments arguments, long gridBlocks, CudaStream stream)
        where TArguments : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (sizeof(TArguments) > MaxArgumentBytes)
        {
            ThrowArgumentsTooLarge(nameof(arguments), sizeof(TArguments));
        }

        if (gridBlocks is < 0 or > int.MaxValue)
        {
            ThrowGridOutOfRange(gridBlocks);
        }

        _ = _module.Handle;
        stream.RequireContext(Context, nameof(stream));
        nint streamHandle = stream.Handle;
        if (gridBlocks == 0)
        {
            return;
        }

        using var hold = new HandleHold(_module.Resource);
        using var streamHold = new HandleHold(stream.Resource);
        Context.MakeCurrent();
        fixed (TArguments* first = &arguments)
        {
            void* parameter = first;
            CudaResult code = Driver.Launch(
                _function, (uint)gridBlocks, (uint)Threads, (uint)SharedMemoryBytes, streamHandle, &parameter);
            Context.Check(code, "Launch", Name);
        }
    }

    private void RequireThreads(int threads, int most)
    {
        if (threads < 1 || threads > most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(threads), threads, $"Kernel '{Name}' can run with 1 to {most} threads a block on {Context}.");
        }
    }

    private void RequireSharedMemory(int sharedMemoryBytes)
    {
        int most = Context.SharedMemoryPerBlockOptin - StaticSharedMemoryBytes;
        if (sharedMemoryBytes < 0 || sharedMemoryBytes > most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sharedMemoryBytes),
                sharedMemoryBytes,
                $"Kernel '{Name}' needs {sharedMemoryBytes} bytes of dynamic shared memory a block; {Context} allows {most}. "
                + "A smaller tile or fewer stages need less.");
        }

        // The limit belongs to the function: another block size of the same kernel must not lower it.
        if (sharedMemoryBytes + StaticSharedMemoryBytes > DefaultSharedBytes
            && sharedMemoryBytes > Attribute(CudaFunctionAttribute.MaxDynamicSharedBytes))
        {
            Context.Check(
                Driver.SetFunctionAttribute(_function, CudaFunctionAttribute.MaxDynamicSharedBytes, sharedMemoryBytes),
                $"Asking for {sharedMemoryBytes} bytes of dynamic shared memory", Name);
        }
    }

    private int Attribute(CudaFunctionAttribute attribute)
    {
        Context.Check(Driver.GetFunctionAttribute(out int value, attribute, _function), $"Reading attribute {attribute}", Name);
        return value;
    }

    [DoesNotReturn]
    private void ThrowGridOutOfRange(long gridBlocks) => throw new ArgumentOutOfRangeException(
        nameof(gridBlocks), gridBlocks, $"Kernel '{Name}': the grid must have 0 to {int.MaxValue} blocks.");

    [DoesNotReturn]
    private void ThrowArgumentsTooLarge(string argument, int bytes) => throw new ArgumentException(
        $"Kernel '{Name}': the arguments have {bytes} bytes; at most {MaxArgumentBytes} are allowed.", argument);
}
