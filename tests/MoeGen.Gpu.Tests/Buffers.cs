namespace MoeGen.Gpu.Tests;

/// <summary>A problem's arguments on the device.</summary>
internal sealed class Buffers<T> : IDisposable
    where T : unmanaged
{
    public Buffers(CudaContext context, Data<T> data)
    {
        Input = Upload<T>(context, data.Input);
        Ids = Upload<int>(context, data.Ids);
        Scales = Upload<float>(context, data.Scales);
        Output = context.Allocate<T>(data.Input.Length);
    }

    public DeviceBuffer<T> Input { get; }

    public DeviceBuffer<int> Ids { get; }

    public DeviceBuffer<float> Scales { get; }

    public DeviceBuffer<T> Output { get; }

    public static DeviceBuffer<TElement> Upload<TElement>(CudaContext context, ReadOnlySpan<TElement> values)
        where TElement : unmanaged
    {
        DeviceBuffer<TElement> buffer = context.Allocate<TElement>(values.Length);
        buffer.CopyFrom(values);
        return buffer;
    }

    public T[] ReadOutput()
    {
        var output = new T[Output.Length];
        Output.CopyTo(output);
        return output;
    }

    public void Dispose()
    {
        Input.Dispose();
        Ids.Dispose();
        Scales.Dispose();
        Output.Dispose();
    }
}
