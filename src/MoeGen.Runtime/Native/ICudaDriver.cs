namespace MoeGen.Native;

/// <summary>
/// The one interface through which the runtime reaches a device. <see cref="CudaDriver"/> is the real one; tests put a fake
/// or an emulated device behind the very same launchers. Methods return the driver's code and never throw for it.
/// Handles are the driver's own: device ordinals as int, everything else as nint, device addresses as ulong.
/// </summary>
internal unsafe interface ICudaDriver
{
    CudaResult Initialize();

    CudaResult GetDriverVersion(out int version);

    string GetErrorName(CudaResult code);

    string GetErrorDescription(CudaResult code);

    CudaResult GetDeviceCount(out int count);

    CudaResult GetDevice(out int device, int ordinal);

    CudaResult GetDeviceName(out string name, int device);

    CudaResult GetDeviceAttribute(out int value, CudaDeviceAttribute attribute, int device);

    CudaResult GetDeviceTotalMemory(out nuint bytes, int device);

    CudaResult RetainPrimaryContext(out nint context, int device);

    CudaResult ReleasePrimaryContext(int device);

    CudaResult SetCurrentContext(nint context);

    /// <summary>Waits for everything enqueued in the current context.</summary>
    CudaResult SynchronizeContext();

    CudaResult GetMemoryInfo(out nuint free, out nuint total);

    CudaResult Allocate(out ulong address, nuint bytes);

    CudaResult Free(ulong address);

    /// <summary>Page-locked memory of the host.</summary>
    CudaResult AllocateHost(out nint address, nuint bytes);

    CudaResult FreeHost(nint address);

    CudaResult FillAsync(ulong address, byte value, nuint bytes, nint stream);

    CudaResult CopyHostToDevice(ulong destination, void* source, nuint bytes);

    CudaResult CopyDeviceToHost(void* destination, ulong source, nuint bytes);

    CudaResult CopyDeviceToDevice(ulong destination, ulong source, nuint bytes);

    CudaResult CopyHostToDeviceAsync(ulong destination, void* source, nuint bytes, nint stream);

    CudaResult CopyDeviceToHostAsync(void* destination, ulong source, nuint bytes, nint stream);

    CudaResult CopyDeviceToDeviceAsync(ulong destination, ulong source, nuint bytes, nint stream);

    CudaResult GetPointerAttribute(out int value, CudaPointerAttribute attribute, ulong address);

    /// <summary>Loads a cubin, or PTX text that ends in a zero byte.</summary>
    CudaResult LoadModule(out nint module, void* image);

    CudaResult UnloadModule(nint module);

    CudaResult GetFunction(out nint function, nint module, string name);

    CudaResult GetFunctionAttribute(out int value, CudaFunctionAttribute attribute, nint function);

    CudaResult SetFunctionAttribute(nint function, CudaFunctionAttribute attribute, int value);

    CudaResult GetMaxActiveBlocks(out int blocks, nint function, int threads, nuint sharedMemoryBytes);

    /// <summary>Enqueues a one-dimensional launch; <paramref name="parameters"/> points to one address per kernel parameter.</summary>
    CudaResult Launch(nint function, uint gridBlocks, uint threads, uint sharedMemoryBytes, nint stream, void** parameters);

    CudaResult CreateStream(out nint stream, uint flags);

    CudaResult DestroyStream(nint stream);

    CudaResult SynchronizeStream(nint stream);

    /// <summary>Success when idle, <see cref="CudaResult.NotReady"/> when busy.</summary>
    CudaResult QueryStream(nint stream);

    /// <summary>0 not capturing, 1 capturing, 2 a capture that was invalidated.</summary>
    CudaResult GetCaptureStatus(nint stream, out int status);

    /// <summary>A number that no other stream of the process ever has; 0, the legacy default stream, has one too.</summary>
    CudaResult GetStreamId(nint stream, out ulong id);

    CudaResult WaitForEvent(nint stream, nint cudaEvent, uint flags);

    CudaResult CreateEvent(out nint cudaEvent, uint flags);

    CudaResult RecordEvent(nint cudaEvent, nint stream);

    CudaResult SynchronizeEvent(nint cudaEvent);

    CudaResult GetElapsedMilliseconds(out float milliseconds, nint start, nint end);

    CudaResult DestroyEvent(nint cudaEvent);

    /// <summary>Mode 0 global, 1 thread-local, 2 relaxed.</summary>
    CudaResult BeginCapture(nint stream, int mode);

    CudaResult EndCapture(nint stream, out nint graph);

    CudaResult InstantiateGraph(out nint executable, nint graph, ulong flags);

    CudaResult LaunchGraph(nint executable, nint stream);

    CudaResult DestroyGraph(nint graph);

    CudaResult DestroyGraphExecutable(nint executable);
}
