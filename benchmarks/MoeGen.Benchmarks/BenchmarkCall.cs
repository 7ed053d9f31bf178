namespace MoeGen.Benchmarks;

/// <summary>Input, routing and output of one call, on the device.</summary>
internal sealed class BenchmarkCall : IDisposable
{
    private readonly DeviceBuffer<BFloat16> _input;
    private readonly DeviceBuffer<int> _ids;
    private readonly DeviceBuffer<float> _scales;
    private readonly DeviceBuffer<BFloat16> _output;

    public BenchmarkCall(CudaContext context, ModelShape model, int tokens, int[] ids, int seed)
    {
        ExpertsTouched = ids.Distinct().Count();
        _input = Upload<BFloat16>(context, RandomWeights.Normal(tokens * model.HiddenSize, 1, seed));
        _ids = Upload<int>(context, ids);
        _scales = Upload<float>(context, [.. ids.Select(_ => 1f / model.TopK)]);
        _output = context.Allocate<BFloat16>((long)tokens * model.HiddenSize);
    }

    public int ExpertsTouched { get; }

    public MoeGraph Capture<TLayer>(TLayer layer, CudaStream stream)
        where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16> =>
        layer.CaptureForward(_input, _ids, _scales, _output, stream);

    public void Forward<TLayer>(TLayer layer, CudaStream stream)
        where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16> =>
        layer.Forward(_input, _ids, _scales, _output, stream);

    public void Dispose()
    {
        _input.Dispose();
        _ids.Dispose();
        _scales.Dispose();
        _output.Dispose();
    }

    private static DeviceBuffer<T> Upload<T>(CudaContext context, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceBuffer<T> buffer = context.Allocate<T>(values.Length);
        buffer.CopyFrom(values);
        return buffer;
    }
}
