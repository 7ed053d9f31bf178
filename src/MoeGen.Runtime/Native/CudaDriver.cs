using System.Runtime.InteropServices;
using static MoeGen.Native.CudaDriverApi;

namespace MoeGen.Native;

/// <summary>The installed NVIDIA driver. Its library is loaded by the first call, not by the reference to this class.</summary>
internal sealed unsafe class CudaDriver : ICudaDriver
{
    private CudaDriver() => NativeResolver.Register();

    internal static CudaDriver Instance { get; } = new();

    public CudaResult Initialize() => cuInit(0);

    public CudaResult GetDriverVersion(out int version) => cuDriverGetVersion(out version);

    public string GetErrorName(CudaResult code) =>
        cuGetErrorName(code, out nint text) == CudaResult.Success ? Marshal.PtrToStringUTF8(text)! : "CUDA_ERROR_UNRECOGNIZED";

    public string GetErrorDescription(CudaResult code) =>
        cuGetErrorString(code, out nint text) == CudaResult.Success
            ? Marshal.PtrToStringUTF8(text)!
            : "the installed driver does not know this error code";

    public CudaResult GetDeviceCount(out int count) => cuDeviceGetCount(out count);

    public CudaResult GetDevice(out int device, int ordinal) => cuDeviceGet(out device, ordinal);

    public CudaResult GetDeviceName(out string name, int device)
    {
        byte* text = stackalloc byte[256];
        CudaResult code = cuDeviceGetName(text, 256, device);
        name = code == CudaResult.Success ? Marshal.PtrToStringUTF8((nint)text)! : "";
        return code;
    }

    public CudaResult GetDeviceAttribute(out int value, CudaDeviceAttribute attribute, int device) =>
        cuDeviceGetAttribute(out value, attribute, device);

    public CudaResult GetDeviceTotalMemory(out nuint bytes, int device) => cuDeviceTotalMem_v2(out bytes, device);

    public CudaResult RetainPrimaryContext(out nint context, int device) => cuDevicePrimaryCtxRetain(out context, device);

    public CudaResult ReleasePrimaryContext(int device) => cuDevicePrimaryCtxRelease_v2(device);

    public CudaResult SetCurrentContext(nint context) => cuCtxSetCurrent(context);

    public CudaResult SynchronizeContext() => cuCtxSynchronize();

    public CudaResult GetMemoryInfo(out nuint free, out nuint total) => cuMemGetInfo_v2(out free, out total);

    public CudaResult Allocate(out ulong address, nuint bytes) => cuMemAlloc_v2(out address, bytes);

    public CudaResult Free(ulong address) => cuMemFree_v2(address);

    public CudaResult AllocateHost(out nint address, nuint bytes) => cuMemAllocHost_v2(out address, bytes);

    public CudaResult FreeHost(nint address) => cuMemFreeHost(address);

    public CudaResult FillAsync(ulong address, byte value, nuint bytes, nint stream) =>
        cuMemsetD8Async(address, value, bytes, stream);

    public CudaResult CopyHostToDevice(ulong destination, void* source, nuint bytes) =>
        cuMemcpyHtoD_v2(destination, source, bytes);

    public CudaResult CopyDeviceToHost(void* destination, ulong source, nuint bytes) =>
        cuMemcpyDtoH_v2(destination, source, bytes);

    public CudaResult CopyDeviceToDevice(ulong destination, ulong source, nuint bytes) =>
        cuMemcpyDtoD_v2(destination, source, bytes);

    public CudaResult CopyHostToDeviceAsync(ulong destination, void* source, nuint bytes, nint stream) =>
        cuMemcpyHtoDAsync_v2(destination, source, bytes, stream);

    public CudaResult CopyDeviceToHostAsync(void* destination, ulong source, nuint bytes, nint stream) =>
        cuMemcpyDtoHAsync_v2(destination, source, bytes, stream);

    public CudaResult CopyDeviceToDeviceAsync(ulong destination, ulong source, nuint bytes, nint stream) =>
        cuMemcpyDtoDAsync_v2(destination, source, bytes, stream);

    public CudaResult GetPointerAttribute(out int value, CudaPointerAttribute attribute, ulong address)
    {
        int result = 0;
        CudaResult code = cuPointerGetAttribute(&result, attribute, address);
        value = result;
        return code;
    }

    public CudaResult LoadModule(out nint module, void* image) => cuModuleLoadData(out module, image);

    public CudaResult UnloadModule(nint module) => cuModuleUnload(module);

    public CudaResult GetFunction(out nint function, nint module, string name) =>
        cuModuleGetFunction(out function, module, name);

    public CudaResult GetFunctionAttribute(out int value, CudaFunctionAttribute attribute, nint function) =>
        cuFuncGetAttribute(out value, attribute, function);

    public CudaResult SetFunctionAttribute(nint function, CudaFunctionAttribute attribute, int value) =>
        cuFuncSetAttribute(function, attribute, value);

    public CudaResult GetMaxActiveBlocks(out int blocks, nint function, int threads, nuint sharedMemoryBytes) =>
        cuOccupancyMaxActiveBlocksPerMultiprocessor(out blocks, function, threads, sharedMemoryBytes);

    public CudaResult Launch(
        nint function, uint gridBlocks, uint threads, uint sharedMemoryBytes, nint stream, void** parameters) =>
        cuLaunchKernel(function, gridBlocks, 1, 1, threads, 1, 1, sharedMemoryBytes, stream, parameters, null);

    public CudaResult CreateStream(out nint stream, uint flags) => cuStreamCreate(out stream, flags);

    public CudaResult DestroyStream(nint stream) => cuStreamDestroy_v2(stream);

    public CudaResult SynchronizeStream(nint stream) => cuStreamSynchronize(stream);

    public CudaResult QueryStream(nint stream) => cuStreamQuery(stream);

    public CudaResult GetCaptureStatus(nint stream, out int status) => cuStreamIsCapturing(stream, out status);

    public CudaResult GetStreamId(nint stream, out ulong id) => cuStreamGetId(stream, out id);

    public CudaResult WaitForEvent(nint stream, nint cudaEvent, uint flags) => cuStreamWaitEvent(stream, cudaEvent, flags);

    public CudaResult CreateEvent(out nint cudaEvent, uint flags) => cuEventCreate(out cudaEvent, flags);

    public CudaResult RecordEvent(nint cudaEvent, nint stream) => cuEventRecord(cudaEvent, stream);

    public CudaResult SynchronizeEvent(nint cudaEvent) => cuEventSynchronize(cudaEvent);

    public CudaResult GetElapsedMilliseconds(out float milliseconds, nint start, nint end) =>
        cuEventElapsedTime(out milliseconds, start, end);

    public CudaResult DestroyEvent(nint cudaEvent) => cuEventDestroy_v2(cudaEvent);

    public CudaResult BeginCapture(nint stream, int mode) => cuStreamBeginCapture_v2(stream, mode);

    public CudaResult EndCapture(nint stream, out nint graph) => cuStreamEndCapture(stream, out graph);

    public CudaResult InstantiateGraph(out nint executable, nint graph, ulong flags) =>
        cuGraphInstantiateWithFlags(out executable, graph, flags);

    public CudaResult LaunchGraph(nint executable, nint stream) => cuGraphLaunch(executable, stream);

    public CudaResult DestroyGraph(nint graph) => cuGraphDestroy(graph);

    public CudaResult DestroyGraphExecutable(nint executable) => cuGraphExecDestroy(executable);
}
