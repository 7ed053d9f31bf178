using System.Security.Cryptography;
using MoeGen.Checkpoints;
using MoeGen.Cli.Output;

namespace MoeGen.Cli.Quantizing;

/// <summary>
/// Writes a quantised copy of a checkpoint: a file for each layer, one for the other tensors of each file of the source, the other files,
/// the index, and config.json last, so that the folder is no checkpoint before it is whole. What is finished and unchanged is not made again.
/// </summary>
internal sealed class CheckpointQuantizer(QuantizeRequest request, Action<double, string> progress)
{
    private const string ConfigName = "config.json", IndexName = "model.safetensors.index.json", SafetensorsExtension = ".safetensors", TemporaryExtension = ".tmp";

    private readonly List<ExpertError> _errors = [];
    private long _bytesDone;
    private int _reused;

    /// <exception cref="BadInputException">Source, output and options do not fit together.</exception>
    /// <exception cref="CheckpointException">The source is damaged.</exception>
    public QuantizeResult Run()
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(request.Source);
        var plan = new CheckpointPlan(checkpoint, request);
        using CalibrationFile? samples = request.Calibration is null ? null : CalibrationFile.Open(request.Calibration, plan.Layers);
        QuantizeManifest manifest = QuantizeManifest.Open(request.Output, request.ToString(), SourceIdentity.Of(request.Source, request.Calibration));
        using FileStream alone = Lock();
        DeleteLeftovers();
        var index = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (LayerPlan layer in plan.Layers)
        {
            WriteLayer(checkpoint, layer, samples, plan, manifest, index);
        }

        foreach ((int i, IReadOnlyList<string> names) in plan.Rest.Index())
        {
            WriteRest(checkpoint, names, $"model-rest-{i + 1:D5}{SafetensorsExtension}", plan, manifest, index);
        }

        CopyFiles();
        WholeFile.Write(Path.Combine(request.Output, IndexName), OutputIndex.Make(request.Output, index));
        byte[] config = File.ReadAllBytes(Path.Combine(request.Source, ConfigName));
        WholeFile.Write(Path.Combine(request.Output, ConfigName), QuantizedConfig.Make(config, request, plan.Ignored()));
        long bytes = Directory.GetFiles(request.Output).Sum(path => new FileInfo(path).Length);
        return new QuantizeResult(checkpoint.Family, [.. plan.Layers.Select(layer => layer.Layer)], _errors, _reused, plan.TotalBytes, bytes);
    }

    private void WriteLayer(
        MoeCheckpoint checkpoint, LayerPlan layer, CalibrationFile? samples, CheckpointPlan plan, QuantizeManifest manifest, SortedDictionary<string, string> index)
    {
        string name = $"model-layer-{layer.Layer:D5}{SafetensorsExtension}";
        if (manifest.Find(name) is { } finished)
        {
            Reuse(name, layer.Jobs.Sum(job => job.Part.StoredBytes), finished, plan, index);
            return;
        }

        switch (layer.Block.StoredDtype)
        {
            case SafetensorsDtype.F32: WriteLayer<float>(checkpoint, layer, name, samples, plan, manifest); break;
            case SafetensorsDtype.F16: WriteLayer<Half>(checkpoint, layer, name, samples, plan, manifest); break;
            default: WriteLayer<BFloat16>(checkpoint, layer, name, samples, plan, manifest); break;
        }

        AddToIndex(name, index);
    }

    private void WriteLayer<T>(MoeCheckpoint checkpoint, LayerPlan layer, string name, CalibrationFile? samples, CheckpointPlan plan, QuantizeManifest manifest)
        where T : unmanaged
    {
        LayerCalibration<T>? calibration = null;
        if (samples is not null)
        {
            Report("calibrating");
            calibration = samples.Calibrate<T>(layer, request);
        }

        var errors = new LayerErrors(layer);
        void Done(ModuleJob job, QuantizedMatrix matrix, double error, double all)
        {
            errors.Add(job, matrix, error, all);
            _bytesDone += job.Part.StoredBytes;
            Report($"expert {job.Expert}");
        }

        var writer = new SafetensorsWriter { KeepsOrder = true };
        ModuleTensors<T>[] modules = [.. layer.Jobs.Select(job => new ModuleTensors<T>(job, request, calibration, Done))];
        Array.ForEach(modules, module => module.AddShape(writer));
        Array.ForEach(modules, module => module.Add(writer));
        if (calibration?.InputFactors is { Length: > 0 } factors)
        {
            writer.Add<float>(layer.Prefix + checkpoint.ExpertNames.InputFactors, [factors.Length], factors);
        }

        _errors.AddRange(Save(writer, name, manifest, path =>
        {
            if (calibration is not null)
            {
                Report("measuring");
            }

            return errors.ToRows(calibration?.Measure(path));
        }));

        void Report(string what) => progress((double)_bytesDone / plan.TotalBytes, $"layer {layer.Layer}, {what}");
    }

    private void WriteRest(
        MoeCheckpoint checkpoint, IReadOnlyList<string> names, string name, CheckpointPlan plan, QuantizeManifest manifest, SortedDictionary<string, string> index)
    {
        if (manifest.Find(name) is { } finished)
        {
            Reuse(name, names.Sum(tensor => checkpoint.Tensors.GetTensor(tensor).ByteLength), finished, plan, index);
            return;
        }

        var writer = new SafetensorsWriter();
        foreach (string tensor in names)
        {
            RestTensors.Add(writer, checkpoint, tensor, bytes =>
            {
                _bytesDone += bytes;
                progress((double)_bytesDone / plan.TotalBytes, "other tensors");
            });
        }

        Save(writer, name, manifest, static _ => []);
        AddToIndex(name, index);
    }

    // `errors` gets the file when it is whole, before it has its name.
    private ExpertError[] Save(SafetensorsWriter writer, string name, QuantizeManifest manifest, Func<string, IEnumerable<ExpertError>> errors)
    {
        writer.Metadata["format"] = "pt";
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ExpertError[] rows = [];
        writer.Save(Path.Combine(request.Output, name), stream => new HashingStream(stream, hash), path => rows = [.. errors(path)]);
        manifest.Add(name, Convert.ToHexStringLower(hash.GetHashAndReset()), rows);
        return rows;
    }

    private void Reuse(string name, long bytes, IReadOnlyList<ExpertError> finished, CheckpointPlan plan, SortedDictionary<string, string> index)
    {
        _errors.AddRange(finished);
        _bytesDone += bytes;
        _reused++;
        AddToIndex(name, index);
        progress((double)_bytesDone / plan.TotalBytes, $"{name} is finished");
    }

    private void AddToIndex(string name, SortedDictionary<string, string> index)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(request.Output, name));
        foreach (string tensor in file.Tensors.Keys)
        {
            index.Add(tensor, name);
        }
    }

    // Two runs would write the same files.
    private FileStream Lock()
    {
        string path = Path.Combine(request.Output, QuantizeManifest.FileName + ".lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            throw new BadInputException($"-o {request.Output}: another run writes there ({path} is locked); wait for it, or take another folder.");
        }
    }

    // A run that was killed could not delete what it had begun.
    private void DeleteLeftovers()
    {
        foreach (string path in Directory.GetFiles(request.Output, "*" + TemporaryExtension))
        {
            File.Delete(path);
        }
    }

    private void CopyFiles()
    {
        foreach (string path in Directory.GetFiles(request.Source))
        {
            string name = Path.GetFileName(path);
            if (name is ConfigName or IndexName || name.EndsWith(SafetensorsExtension, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            string found = CheckpointFolder.Find(request.Source, name, static (file, problem) => new CheckpointException($"{file}: {problem}"))!;
            string temporary = Path.Combine(request.Output, $"{name}.{Guid.NewGuid():N}{TemporaryExtension}");
            using (FileStream from = CheckpointFolder.OpenPlain(found, static (file, problem) => new CheckpointException($"{file}: {problem}")))
            using (var to = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                from.CopyTo(to);
                to.Flush(flushToDisk: true);
            }

            File.Move(temporary, Path.Combine(request.Output, name), overwrite: true);
        }
    }
}
