namespace MoeGen;

/// <summary>The host arrays of a grouped product, one entry a group, kept from call to call.</summary>
internal sealed class CublasGroups
{
    public CublasGroups()
    {
        Array.Fill(Transposed, 1);
        Array.Fill(Sizes, 1);
        Array.Fill(Ones, 1f);
    }

    public int[] Transposed { get; } = new int[MoeShape.MaxNumExperts];

    public int[] AsIs { get; } = new int[MoeShape.MaxNumExperts];

    public int[] Columns { get; } = new int[MoeShape.MaxNumExperts];

    public int[] Rows { get; } = new int[MoeShape.MaxNumExperts];

    public int[] Depths { get; } = new int[MoeShape.MaxNumExperts];

    public int[] Sizes { get; } = new int[MoeShape.MaxNumExperts];

    public float[] Ones { get; } = new float[MoeShape.MaxNumExperts];

    public float[] Zeros { get; } = new float[MoeShape.MaxNumExperts];

    /// <summary>
    /// Fills in a group for each expert that has rows, and returns how many there are. <paramref name="addresses"/> gets the weights
    /// of all groups, then their rows of A, then their rows of C.
    /// </summary>
    public int Fill(in CublasProduct product, ReadOnlySpan<int> offsets, Span<ulong> addresses)
    {
        int count = 0;
        for (int expert = 0; expert < offsets.Length - 1; expert++)
        {
            count += offsets[expert + 1] > offsets[expert] ? 1 : 0;
        }

        for (int expert = 0, group = 0; expert < offsets.Length - 1; expert++)
        {
            int first = offsets[expert], rows = offsets[expert + 1] - first;
            if (rows == 0)
            {
                continue;
            }

            (Columns[group], Rows[group], Depths[group]) = (product.Columns, rows, product.Depth);
            addresses[group] = product.Expert(expert);
            addresses[count + group] = product.RowsOfA(first);
            addresses[(2 * count) + group] = product.RowsOfC(first);
            group++;
        }

        return count;
    }
}
