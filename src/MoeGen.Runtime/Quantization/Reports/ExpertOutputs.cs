namespace MoeGen;

/// <summary>What a quantised layer's outputs are away from those of the layer that is right, over a calibrator's samples.</summary>
internal sealed class ExpertOutputs
{
    private readonly int _hidden;
    private readonly Queue<double[]> _expected = new();
    private readonly MoeError.Sums[] _sums;
    private readonly int[] _rows;
    private MoeError.Sums _whole;

    private ExpertOutputs(MoeShape shape) =>
        (_hidden, _sums, _rows) = (shape.HiddenSize, new MoeError.Sums[shape.NumExperts], new int[shape.NumExperts]);

    /// <summary>Relative L2 error of the layer's output.</summary>
    public double WholeError => _whole.RelativeL2;

    /// <summary>Runs both layers over the samples, batch by batch, and compares their experts chunk by chunk.</summary>
    public static ExpertOutputs Of<T>(MoeCalibrator<T> calibrator, QuantizedMoeWeights<T> weights, bool quantizeActivations)
        where T : unmanaged
    {
        var outputs = new ExpertOutputs(weights.Shape);
        using IEnumerator<(SampleBatch<T>, double[])> references = calibrator.Run(calibrator.Weights, false, outputs.Expect).GetEnumerator();
        foreach ((SampleBatch<T> batch, double[] output) in calibrator.Run(weights, quantizeActivations, rows => outputs.Compare(rows, references.MoveNext)))
        {
            outputs._whole.Add<double>(output, batch.Output);
        }

        return outputs;
    }

    /// <summary>Samples that came to an expert.</summary>
    public int Rows(int expert) => _rows[expert];

    /// <summary>Relative L2 error of an expert's output rows, before their scales; 0 without samples.</summary>
    public double Error(int expert) => _sums[expert].RelativeL2;

    // Keeps a chunk of the layer that is right.
    private void Expect(StageRows<double> rows)
    {
        var kept = new double[rows.Route.SortedSlots.Length * _hidden];
        for (int row = 0; row < rows.Route.SortedSlots.Length; row++)
        {
            Row(rows, row).CopyTo(kept.AsSpan(row * _hidden));
        }

        _expected.Enqueue(kept);
    }

    // Compares a chunk of the other layer. `expectMore` runs the next batch of the layer that is right; called where no chunk is kept.
    private void Compare(StageRows<double> rows, Func<bool> expectMore)
    {
        while (_expected.Count == 0 && expectMore())
        {
        }

        double[] expected = _expected.Dequeue();
        for (int expert = 0; expert < _sums.Length; expert++)
        {
            for (int row = rows.Route.ExpertOffsets[expert]; row < rows.Route.ExpertOffsets[expert + 1]; row++)
            {
                _sums[expert].Add<double>(Row(rows, row), expected.AsSpan(row * _hidden, _hidden));
                _rows[expert]++;
            }
        }
    }

    private ReadOnlySpan<double> Row(StageRows<double> rows, int row) =>
        rows.ExpertOutput.AsSpan(rows.Route.SortedSlots[row] * _hidden, _hidden);
}
