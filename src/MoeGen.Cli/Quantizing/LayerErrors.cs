namespace MoeGen.Cli.Quantizing;

/// <summary>Sums what quantising cost the experts of a layer, matrix by matrix.</summary>
internal sealed class LayerErrors(LayerPlan layer)
{
    private readonly SortedDictionary<int, Sums> _experts = [];

    /// <summary>Takes a matrix.</summary>
    /// <param name="job">Which.</param>
    /// <param name="matrix">What it has become.</param>
    /// <param name="error">Sum of the squared errors.</param>
    /// <param name="all">Sum of the squared weights.</param>
    public void Add(ModuleJob job, QuantizedMatrix matrix, double error, double all)
    {
        if (!_experts.TryGetValue(job.Expert, out Sums? sums))
        {
            _experts.Add(job.Expert, sums = new Sums());
        }

        sums.Error += error;
        sums.All += all;
        ScaleHistogram scales = ScaleHistogram.Of(matrix);
        sums.Zeros += scales.Zeros;
        foreach ((int i, int count) in scales.Counts.Index())
        {
            sums.Counts[scales.LowestExponent + i] = sums.Counts.GetValueOrDefault(scales.LowestExponent + i) + count;
        }
    }

    /// <summary>A row for each expert.</summary>
    /// <param name="outputs">What the samples have shown; null without.</param>
    public IEnumerable<ExpertError> ToRows(LayerOutputs? outputs) => _experts.Select(pair => new ExpertError(
        layer.Layer,
        pair.Key,
        pair.Value.All == 0 ? 0 : Math.Sqrt(pair.Value.Error / pair.Value.All),
        pair.Value.ToHistogram(),
        outputs?.ErrorOf(pair.Key),
        outputs?.SamplesOf(pair.Key),
        outputs?.FallsBack(pair.Key) == true ? true : null));

    private sealed class Sums
    {
        public double Error { get; set; }

        public double All { get; set; }

        public int Zeros { get; set; }

        public SortedDictionary<int, int> Counts { get; } = [];

        public ScaleHistogram ToHistogram()
        {
            int lowest = Counts.Keys.FirstOrDefault();
            return new ScaleHistogram(Zeros, lowest, Counts.Count == 0 ? [] : [.. Enumerable.Range(lowest, Counts.Keys.Last() - lowest + 1).Select(exponent => Counts.GetValueOrDefault(exponent))]);
        }
    }
}
