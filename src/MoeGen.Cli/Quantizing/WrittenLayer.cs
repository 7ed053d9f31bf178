using MoeGen.Checkpoints;

namespace MoeGen.Cli.Quantizing;

/// <summary>The file of a quantised layer, read again as the experts of its block, matrix by matrix.</summary>
internal sealed class WrittenLayer : IDisposable
{
    private readonly LayerPlan _layer;
    private readonly QuantizeRequest _request;
    private readonly SafetensorsCheckpoint _file;
    private readonly ExpertMatrices[] _experts;

    /// <summary>Opens the file.</summary>
    /// <param name="path">The file, under whatever name.</param>
    /// <param name="layer">The layer that it has.</param>
    /// <param name="request">How it was quantised.</param>
    public WrittenLayer(string path, LayerPlan layer, QuantizeRequest request)
    {
        (_layer, _request) = (layer, request);
        _file = SafetensorsCheckpoint.OpenFile(path);
        _experts = [.. Enumerable.Range(0, layer.Block.Shape.NumExperts).Select(Find)];
    }

    /// <summary>The codes, an expert's in memory at a time; to be used before this is disposed.</summary>
    /// <typeparam name="T">Element type of the layer.</typeparam>
    public QuantizedMoeWeights<T> Weights<T>()
        where T : unmanaged
    {
        QuantizationOptions options = _request.Options;
        var scheme = new ExpertScheme(options.Format, options.Format == WeightFormat.Int4Group ? options.GroupSize : 0, HasZeroPoints);
        return new QuantizedMoeWeights<T>(
            _layer.Block.Shape,
            _layer.Block.Fc1Layout,
            expert => CodedExpert.Read(scheme, _experts[expert].Fc1),
            expert => CodedExpert.Read(scheme, [_experts[expert].Fc2]));
    }

    public void Dispose() => _file.Dispose();

    private bool HasZeroPoints => _request.Scheme == QuantizeScheme.W4A16 && _request.Options.ZeroPoints;

    private ExpertMatrices Find(int expert)
    {
        ILookup<bool, ModuleJob> jobs = _layer.Jobs.Where(job => _layer.SlicesOf(job.Expert).Contains(expert)).ToLookup(job => job.Role == ModuleRole.Down);
        if (expert < _layer.Block.Router.NumExperts)
        {
            return new ExpertMatrices([.. jobs[false].Select(job => MatrixPart.Whole(Matrix(job)))], MatrixPart.Whole(Matrix(jobs[true].Single())));
        }

        // A slice of the shared expert is the same window of what was quantised as of what it was quantised from.
        ExpertMatrices source = _layer.Block.Stored.Experts[expert];
        return new ExpertMatrices([.. source.Fc1.Select(part => Window(part, jobs[false]))], Window(source.Fc2, jobs[true]));
    }

    private MatrixPart Window(MatrixPart source, IEnumerable<ModuleJob> jobs) =>
        source with { Source = Matrix(jobs.Single(job => job.Part.Source.Tensor.Name == source.Source.Tensor.Name)) };

    private IntegerMatrix Matrix(ModuleJob job)
    {
        (int rows, int columns) = (job.Part.Rows, job.Part.Columns);
        bool isNibbles = _request.Scheme == QuantizeScheme.W4A16;
        bool isPacked = _request.Scheme != QuantizeScheme.W8A8;
        var scheme = new IntegerScheme(
            isPacked ? IntegerPacking.Packed : IntegerPacking.Bytes, isNibbles ? 4 : 8, isNibbles ? _request.Options.GroupSize : 0, HasZeroPoints);
        int groups = columns / scheme.GroupOf(columns);
        SafetensorsTensor codes = _file.GetTensor(job.Name + (isPacked ? ".weight_packed" : ".weight"));
        var scales = new PlainMatrix(_file, _file.GetTensor(job.Name + ".weight_scale"), 0, rows, groups);
        if (!isNibbles)
        {
            return new ByteMatrix(_file, codes, scales, scheme, rows, columns);
        }

        PackedZeroPoints? zeroPoints = HasZeroPoints ? new PackedZeroPoints(_file, _file.GetTensor(job.Name + ".weight_zero_point"), scheme, rows, groups) : null;
        return new NibbleMatrix(_file, codes, scales, zeroPoints, scheme, rows, columns);
    }
}
