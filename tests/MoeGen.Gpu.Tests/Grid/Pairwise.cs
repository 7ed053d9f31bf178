namespace MoeGen.Gpu.Tests;

/// <summary>Few cases in which every pair of values of any two factors occurs; the same cases in every run.</summary>
internal static class Pairwise
{
    /// <summary>Rows of value indices, one a factor.</summary>
    /// <param name="sizes">Number of values of each factor.</param>
    public static List<int[]> Cover(params int[] sizes)
    {
        var random = new Random(1);
        var open = new HashSet<(int, int, int, int)>();
        for (int first = 0; first < sizes.Length; first++)
        {
            for (int second = first + 1; second < sizes.Length; second++)
            {
                for (int i = 0; i < sizes[first]; i++)
                {
                    for (int j = 0; j < sizes[second]; j++)
                    {
                        open.Add((first, i, second, j));
                    }
                }
            }
        }

        var rows = new List<int[]>();
        while (open.Count > 0)
        {
            // The best of some random rows, each forced to hold one open pair.
            int[] best = Enumerable.Range(0, 30).Select(_ => Draw(sizes, open.First(), random)).MaxBy(row => Pairs(row).Count(open.Contains))!;
            rows.Add(best);
            open.ExceptWith(Pairs(best));
        }

        return rows;
    }

    private static int[] Draw(int[] sizes, (int First, int I, int Second, int J) pair, Random random)
    {
        int[] row = [.. sizes.Select(size => random.Next(size))];
        row[pair.First] = pair.I;
        row[pair.Second] = pair.J;
        return row;
    }

    private static IEnumerable<(int, int, int, int)> Pairs(int[] row)
    {
        for (int first = 0; first < row.Length; first++)
        {
            for (int second = first + 1; second < row.Length; second++)
            {
                yield return (first, row[first], second, row[second]);
            }
        }
    }
}
