using MoeGen.Checkpoints;

namespace MoeGen.Cli.Blocks;

/// <summary>A block's weights as a class takes them: codes as they are stored, or elements.</summary>
internal sealed class BlockWeights<T>(MoeBlock block, bool asCodes, LoadDisplay display) : IDisposable
    where T : unmanaged
{
    private readonly BlockConstants _constants = new(block);
    private ExpertWeights<T>? _host;
    private DeviceExpertWeights<T>? _uploaded;

    /// <summary>In host memory, loaded when first asked for.</summary>
    public ExpertWeights<T> Host => _host ??= asCodes
        ? _constants.With(block.LoadQuantizedWeights<T>(display))
        : _constants.With(block.LoadWeights<T>(allowConversion: true, display));

    /// <summary>In device memory, until this object is disposed; null where kernels cannot decode with a scale of these codes.</summary>
    public DeviceExpertWeights<T>? Upload(CudaContext context)
    {
        if (!asCodes)
        {
            DeviceMoeWeights<T> elements = block.Upload<T>(context, allowConversion: true, display);
            _uploaded = elements;
            return _constants.With(elements);
        }

        try
        {
            return _uploaded = DeviceQuantizedMoeWeights<T>.Upload(context, (QuantizedMoeWeights<T>)Host);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _uploaded?.Dispose();
        _constants.Dispose();
    }
}
