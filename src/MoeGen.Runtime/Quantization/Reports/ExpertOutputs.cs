namespace MoeGen;

/// <summary>Output rows of each expert in two layers of the same samples, chunk by chunk.</summary>
internal sealed class ExpertOutputs(MoeShape shape)
{
    private readonly Queue<double[]> _expected = new();
    private readonly MoeError.Sums[] _sums = new MoeError.Sums[shape.NumExperts];
    private readonly int[] _rows = new int[shape.NumExperts];

    /// <summary>Keeps a chunk of the layer that is right.</summary>
    public void Expect(StageRows<double> rows)
    {
        var kept = new double[rows.Route.SortedSlots.Length * shape.HiddenSize];
        for (int row = 0; row < rows.Route.SortedSlots.Length; row++)
        {
            Row(rows, row).CopyTo(kept.AsSpan(row * shape.HiddenSize));
        }

        _expected.Enqueue(kept);
    }

    /// <summary>Compares a chunk of the other layer.</summary>
    /// <param name="rows">The chunk.</param>
    /// <param name="expectMore">Runs the next batch of the layer that is right; called where no chunk is kept.</param>
    public void Compare(StageRows<double> rows, Func<bool> expectMore)
    {
        while (_expected.Count == 0 && expectMore())
        {
        }

        double[] expected = _expected.Dequeue();
        for (int expert = 0; expert < _sums.Length; expert++)
        {
            for (int row = rows.Route.ExpertOffsets[expert]; row < rows.Route.ExpertOffsets[expert + 1]; row++)
            {
                _sums[expert].Add<double>(Row(rows, row), expected.AsSpan(row * shape.HiddenSize, shape.HiddenSize));
                _rows[expert]++;
            }
        }
    }

    public int Rows(int expert) => _rows[expert];

    public double Error(int expert) => _sums[expert].RelativeL2;

    private ReadOnlySpan<double> Row(StageRows<double> rows, int row) =>
        rows.ExpertOutput.AsSpan(rows.Route.SortedSlots[row] * shape.HiddenSize, shape.HiddenSize);
}
