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
    /// <exception cref="CheckpointException">A tensor cannot be read, or numbers in it are NaN or infinite.</exception>
    public LayerCalibration<T> Calibrate<T>(LayerPlan layer, QuantizeRequest request)
        where T : unmanaged
    {
        float[] input = RecordedCall.ReadFloats(_file, NameOf(layer), layer.Block.Shape.HiddenSize);
        try
        {
            return new LayerCalibration<T>(layer, input, request);
        }
        catch (ArgumentException problem)
        {
            throw new CheckpointException($"layer {layer.Layer} of {request.Source} with the samples of --calibrate {_file.Path}: {problem.Message}", problem);
        }
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
