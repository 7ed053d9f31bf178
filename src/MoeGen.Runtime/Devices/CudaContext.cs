using MoeGen.Native;

namespace MoeGen;

/// <summary>
/// The primary context of one GPU, the one that cuBLAS, PyTorch and the CUDA runtime use too, so that their memory and
/// streams can be used here. The driver is loaded by the first use of this class, not by a reference to the assembly.
/// Thread-safe. Disposing it gives back this object's reference; memory, streams and modules made from it stay valid
/// until they are disposed themselves.
/// </summary>
public sealed partial class CudaContext : IDisposable
{
    private readonly CudaContextHandle _handle;

    // The handle stays open as long as a resource holds it, so it cannot tell.
    private volatile bool _disposed;

    internal CudaContext(ICudaDriver driver, int deviceOrdinal = 0)
    {
        Driver = driver;
        int count = CountDevices(driver);
        if (deviceOrdinal < 0 || deviceOrdinal >= count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(deviceOrdinal), deviceOrdinal, $"This machine has {count} CUDA device(s); allowed are 0 to {count - 1}.");
        }

        Ordinal = deviceOrdinal;
        driver.Check(driver.GetDevice(out int device, deviceOrdinal), $"Opening CUDA device {deviceOrdinal}");
        driver.Check(driver.GetDeviceName(out string name, device), "Reading the device's name");
        driver.Check(driver.GetDeviceTotalMemory(out nuint bytes, device), "Reading the device's memory size");
        driver.Check(driver.GetDriverVersion(out int version), "Reading the driver's version");
        Name = name;
        TotalMemoryBytes = (long)bytes;
        DriverVersion = new Version(version / 1000, version % 1000 / 10);
        ComputeCapability = new(
            Attribute(CudaDeviceAttribute.ComputeCapabilityMajor, device),
            Attribute(CudaDeviceAttribute.ComputeCapabilityMinor, device));
        MultiprocessorCount = Attribute(CudaDeviceAttribute.MultiprocessorCount, device);
        ClockKilohertz = Attribute(CudaDeviceAttribute.ClockKilohertz, device);
        MemoryBandwidth = 2000.0 * Attribute(CudaDeviceAttribute.MemoryClockKilohertz, device) * Attribute(CudaDeviceAttribute.MemoryBusBits, device) / 8;
        SharedMemoryPerBlockOptin = Attribute(CudaDeviceAttribute.SharedMemoryPerBlockOptin, device);
        L2CacheBytes = Attribute(CudaDeviceAttribute.L2CacheBytes, device);

        // Last, so that nothing that can still fail follows the reference it takes.
        driver.Check(driver.RetainPrimaryContext(out nint context, device), $"Retaining the primary context of '{name}'");
        _handle = new CudaContextHandle(driver, device, context);
        DefaultStream = CudaStream.Wrap(this, 0);
    }

    /// <summary>Number of CUDA devices on this machine; 0 where the driver is there and no device is.</summary>
    /// <exception cref="CudaLibraryNotFoundException">The driver is not installed.</exception>
    /// <exception cref="CudaException">The driver does not initialise.</exception>
    public static int DeviceCount => CountDevices(CudaDriver.Instance);

    /// <summary>Position of the device among those the process sees (<c>CUDA_VISIBLE_DEVICES</c>), from 0.</summary>
    public int Ordinal { get; }

    /// <summary>The device's marketing name, for instance <c>NVIDIA A100-SXM4-80GB</c>.</summary>
    public string Name { get; }

    /// <summary>The device's compute capability.</summary>
    public ComputeCapability ComputeCapability { get; }

    /// <summary>Number of streaming multiprocessors (SMs).</summary>
    public int MultiprocessorCount { get; }

    /// <summary>Highest clock of the multiprocessors in kilohertz.</summary>
    public int ClockKilohertz { get; }

    /// <summary>Bytes a second of the device's memory by its clock and bus width, which no program quite reaches.</summary>
    public double MemoryBandwidth { get; }

    /// <summary>Largest shared memory a block can ask for, in bytes: 166,912 on 8.0, 101,376 on 8.6 and 8.9, 232,448 on 9.0.</summary>
    public int SharedMemoryPerBlockOptin { get; }

    /// <summary>Size of the level-2 cache in bytes.</summary>
    public int L2CacheBytes { get; }

    /// <summary>Size of the device's memory in bytes.</summary>
    public long TotalMemoryBytes { get; }

    /// <summary>Free device memory in bytes, at this moment and over all processes.</summary>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public long FreeMemoryBytes
    {
        get
        {
            MakeCurrent();
            Check(Driver.GetMemoryInfo(out nuint free, out _), "Reading free device memory");
            return (long)free;
        }
    }

    /// <summary>Newest CUDA version the installed driver supports, for instance 13.0.</summary>
    public Version DriverVersion { get; }

    /// <summary>The legacy default stream (handle 0). It cannot be captured.</summary>
    public CudaStream DefaultStream { get; }

    internal ICudaDriver Driver { get; }

    /// <summary>Between graph captures and waits for the whole context.</summary>
    internal CaptureGate Captures => _handle.State.Captures;

    internal CudaContextHandle Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _handle;
        }
    }

    /// <summary>Opens a device.</summary>
    /// <param name="deviceOrdinal">0 to <see cref="DeviceCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such device.</exception>
    /// <exception cref="CudaLibraryNotFoundException">The driver is not installed.</exception>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public static CudaContext Create(int deviceOrdinal = 0) => new(CudaDriver.Instance, deviceOrdinal);

    /// <summary>Whether a CUDA device can be used here; never throws.</summary>
    /// <param name="reason">Empty when it can, otherwise why not.</param>
    public static bool IsAvailable(out string reason) => IsAvailable(CudaDriver.Instance, out reason);

    /// <summary>
    /// Makes this context current on the calling thread. Every method of this library that reaches the driver does so by
    /// itself; other libraries may change the current context in between, so it is set each time, not remembered.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The context was disposed.</exception>
    /// <exception cref="CudaContextLostException">An earlier error has made it unusable.</exception>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public void MakeCurrent()
    {
        ThrowIfLost();
        Check(Driver.SetCurrentContext(Handle.Value), "Making the context current");
    }

    /// <summary>Creates a stream that does not wait for the legacy default stream.</summary>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public CudaStream CreateStream() => CudaStream.Create(this);

    /// <summary>Creates an event with timing.</summary>
    /// <exception cref="CudaException">The driver reports an error.</exception>
    public CudaEvent CreateEvent() => new(this);

    /// <summary>Allocates uninitialised device memory.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="length">Number of elements; 0 gives a valid buffer of length 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or its bytes exceed 2^63 - 1.</exception>
    /// <exception cref="CudaException">The device has too little free memory, or another error of the driver.</exception>
    public DeviceBuffer<T> Allocate<T>(long length)
        where T : unmanaged => DeviceBuffer<T>.Allocate(this, length);

    /// <summary>Gives back the reference to the primary context.</summary>
    public void Dispose()
    {
        _disposed = true;
        _handle.Dispose();
    }

    /// <summary>For instance <c>NVIDIA H200 (device 0, compute capability 9.0)</c>.</summary>
    public override string ToString() => $"{Name} (device {Ordinal}, compute capability {ComputeCapability})";

    internal static bool IsAvailable(ICudaDriver driver, out string reason)
    {
        try
        {
            int count = CountDevices(driver);
            reason = count > 0 ? "" : "The CUDA driver is installed and finds no device.";
            return count > 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or CudaException)
        {
            reason = exception.Message;
            return false;
        }
    }

    private static int CountDevices(ICudaDriver driver)
    {
        CudaResult code = driver.Initialize();
        if (code == CudaResult.NoDevice)
        {
            return 0;
        }

        driver.Check(code, "Initialising the CUDA driver");
        driver.Check(driver.GetDeviceCount(out int count), "Counting CUDA devices");
        return count;
    }

    private int Attribute(CudaDeviceAttribute attribute, int device)
    {
        Driver.Check(Driver.GetDeviceAttribute(out int value, attribute, device), $"Reading device attribute {attribute}");
        return value;
    }
}
