using MoeGen.Checkpoints;
using MoeGen.Cli.Blocks;

namespace MoeGen.Cli.Quantizing;

/// <summary>Inputs of blocks in a safetensors file: <c>layers.N.input</c> [T, H], or <c>input</c> where one layer is quantised.</summary>
internal sealed class CalibrationFile : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly bool _isOnly;

    private CalibrationFile(SafetensorsFile file, bool isOnly) => (_file, _isOnly) = (file, isOnly);

    /// <summary>Opens the file and checks that every layer has its input.</summary>
    /// <exception cref="BadInputException">There is no such file, or a layer has no input.</exception>
    /// <exception cref="CheckpointException">The file is damaged.</exception>
    public static CalibrationFile Open(string path, IReadOnlyList<LayerPlan> layers)
    {
        if (!File.Exists(path))
        {
            throw new BadInputException($"--calibrate {path} does not exist; a safetensors file with inputs of blocks is required.");
        }

        var samples = new CalibrationFile(SafetensorsFile.Open(path), layers.Count == 1);
        try
        {
            foreach (LayerPlan layer in layers)
            {
                samples.CheckHas(layer);
            }

            return samples;
        }
        catch
        {
            samples.Dispose();
            throw;
        }
    }

    /// <summary>Runs the layer over its samples.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="request">How it is quantised.</param>
    /// <param name="progress">Hears of error feedback how many matrices are done, and of how many.</param>
    public LayerCalibration Calibrate(LayerPlan layer, QuantizeRequest request, Action<int, int> progress)
    {
        float[] input = RecordedCall.ReadFloats(_file, NameOf(layer), layer.Block.Shape.HiddenSize);
        return layer.Block.StoredDtype switch
        {
            SafetensorsDtype.F32 => LayerCalibration.Of<float>(layer, input, request, progress),
            SafetensorsDtype.F16 => LayerCalibration.Of<Half>(layer, input, request, progress),
            _ => LayerCalibration.Of<BFloat16>(layer, input, request, progress),
        };
    }

    public void Dispose() => _file.Dispose();

    private string NameOf(LayerPlan layer)
    {
        string name = $"layers.{layer.Layer}.input";
        return _isOnly && !_file.Tensors.ContainsKey(name) ? "input" : name;
    }

    private void CheckHas(LayerPlan layer)
    {
        if (!_file.Tensors.ContainsKey(NameOf(layer)))
        {
            throw new BadInputException(
                $"--calibrate {_file.Path} has no tensor 'layers.{layer.Layer}.input'{(_isOnly ? " and no 'input'" : "")}; each layer that is quantised needs its input, [T, {layer.Block.Shape.HiddenSize}].");
        }
    }
}
