using MoeGen.Native;

namespace MoeGen.Benchmarks;

/// <content>What is only passed on.</content>
internal sealed unsafe partial class ProbeDriver
{
    public CudaResult Initialize() => driver.Initialize();

    public CudaResult GetDriverVersion(out int version) => driver.GetDriverVersion(out version);

    public string GetErrorName(CudaResult code) => driver.GetErrorName(code);

    public string GetErrorDescription(CudaResult code) => driver.GetErrorDescription(code);

    public CudaResult GetDeviceCount(out int count) => driver.GetDeviceCount(out count);

    public CudaResult GetDevice(out int device, int ordinal) => driver.GetDevice(out device, ordinal);

    public CudaResult GetDeviceName(out string name, int device) => driver.GetDeviceName(out name, device);

    public CudaResult GetDeviceAttribute(out int value, CudaDeviceAttribute attribute, int device) => driver.GetDeviceAttribute(out value, attribute, device);

    public CudaResult GetDeviceTotalMemory(out nuint bytes, int device) => driver.GetDeviceTotalMemory(out bytes, device);

    public CudaResult RetainPrimaryContext(out nint context, int device) => driver.RetainPrimaryContext(out context, device);

    public CudaResult ReleasePrimaryContext(int device) => driver.ReleasePrimaryContext(device);

    public CudaResult SetCurrentContext(nint context) => driver.SetCurrentContext(context);

    public CudaResult SynchronizeContext() => driver.SynchronizeContext();

    public CudaResult GetMemoryInfo(out nuint free, out nuint total) => driver.GetMemoryInfo(out free, out total);

    public CudaResult Allocate(out ulong address, nuint bytes) => driver.Allocate(out address, bytes);

    public CudaResult Free(ulong address) => driver.Free(address);

    public CudaResult AllocateHost(out nint address, nuint bytes) => driver.AllocateHost(out address, bytes);

    public CudaResult FreeHost(nint address) => driver.FreeHost(address);

    public CudaResult FillAsync(ulong address, byte value, nuint bytes, nint stream) => driver.FillAsync(address, value, bytes, stream);

    public CudaResult CopyHostToDevice(ulong destination, void* source, nuint bytes) => driver.CopyHostToDevice(destination, source, bytes);

    public CudaResult CopyDeviceToHost(void* destination, ulong source, nuint bytes) => driver.CopyDeviceToHost(destination, source, bytes);

    public CudaResult CopyDeviceToDevice(ulong destination, ulong source, nuint bytes) => driver.CopyDeviceToDevice(destination, source, bytes);

    public CudaResult CopyHostToDeviceAsync(ulong destination, void* source, nuint bytes, nint stream) => driver.CopyHostToDeviceAsync(destination, source, bytes, stream);

    public CudaResult CopyDeviceToHostAsync(void* destination, ulong source, nuint bytes, nint stream) => driver.CopyDeviceToHostAsync(destination, source, bytes, stream);

    public CudaResult CopyDeviceToDeviceAsync(ulong destination, ulong source, nuint bytes, nint stream) => driver.CopyDeviceToDeviceAsync(destination, source, bytes, stream);

    public CudaResult GetPointerAttribute(out int value, CudaPointerAttribute attribute, ulong address) => driver.GetPointerAttribute(out value, attribute, address);

    public CudaResult LoadModule(out nint module, void* image) => driver.LoadModule(out module, image);

    public CudaResult UnloadModule(nint module) => driver.UnloadModule(module);

    public CudaResult GetFunctionAttribute(out int value, CudaFunctionAttribute attribute, nint function) => driver.GetFunctionAttribute(out value, attribute, function);

    public CudaResult SetFunctionAttribute(nint function, CudaFunctionAttribute attribute, int value) => driver.SetFunctionAttribute(function, attribute, value);

    public CudaResult GetMaxActiveBlocks(out int blocks, nint function, int threads, nuint sharedMemoryBytes) => driver.GetMaxActiveBlocks(out blocks, function, threads, sharedMemoryBytes);

    public CudaResult CreateStream(out nint stream, uint flags) => driver.CreateStream(out stream, flags);

    public CudaResult DestroyStream(nint stream) => driver.DestroyStream(stream);

    public CudaResult SynchronizeStream(nint stream) => driver.SynchronizeStream(stream);

    public CudaResult QueryStream(nint stream) => driver.QueryStream(stream);

    public CudaResult GetCaptureStatus(nint stream, out int status) => driver.GetCaptureStatus(stream, out status);

    public CudaResult GetStreamId(nint stream, out ulong id) => driver.GetStreamId(stream, out id);

    public CudaResult WaitForEvent(nint stream, nint cudaEvent, uint flags) => driver.WaitForEvent(stream, cudaEvent, flags);

    public CudaResult CreateEvent(out nint cudaEvent, uint flags) => driver.CreateEvent(out cudaEvent, flags);

    public CudaResult RecordEvent(nint cudaEvent, nint stream) => driver.RecordEvent(cudaEvent, stream);

    public CudaResult SynchronizeEvent(nint cudaEvent) => driver.SynchronizeEvent(cudaEvent);

    public CudaResult GetElapsedMilliseconds(out float milliseconds, nint start, nint end) => driver.GetElapsedMilliseconds(out milliseconds, start, end);

    public CudaResult DestroyEvent(nint cudaEvent) => driver.DestroyEvent(cudaEvent);

    public CudaResult BeginCapture(nint stream, int mode) => driver.BeginCapture(stream, mode);

    public CudaResult EndCapture(nint stream, out nint graph) => driver.EndCapture(stream, out graph);

    public CudaResult InstantiateGraph(out nint executable, nint graph, ulong flags) => driver.InstantiateGraph(out executable, graph, flags);

    public CudaResult LaunchGraph(nint executable, nint stream) => driver.LaunchGraph(executable, stream);

    public CudaResult DestroyGraph(nint graph) => driver.DestroyGraph(graph);

    public CudaResult DestroyGraphExecutable(nint executable) => driver.DestroyGraphExecutable(executable);
}
