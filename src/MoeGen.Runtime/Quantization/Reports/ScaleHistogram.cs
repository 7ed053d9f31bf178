namespace MoeGen;

/// <summary>How many scales of a matrix, without their signs, lie in each power of two.</summary>
/// <param name="Zeros">Scales that are 0: rows or groups of zeros.</param>
/// <param name="LowestExponent">e of the first count; 0 where all scales are 0.</param>
/// <param name="Counts">Scales from 2^(e + i) up to but not including 2^(e + i + 1); neither the first nor the last is 0.</param>
public sealed record ScaleHistogram(int Zeros, int LowestExponent, IReadOnlyList<int> Counts)
{
    /// <summary>Counts a matrix's scales.</summary>
    /// <param name="matrix">The matrix.</param>
    public static ScaleHistogram Of(QuantizedMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var counts = new SortedDictionary<int, int>();
        int zeros = 0;
        foreach (float scale in matrix.Scales.Span)
        {
            if (scale == 0)
            {
                zeros++;
                continue;
            }

            int exponent = Math.ILogB(scale);
            counts[exponent] = counts.GetValueOrDefault(exponent) + 1;
        }

        return counts.Count == 0
            ? new ScaleHistogram(zeros, 0, [])
            : new ScaleHistogram(zeros, counts.Keys.First(), [.. Enumerable.Range(counts.Keys.First(), counts.Keys.Last() - counts.Keys.First() + 1).Select(exponent => counts.GetValueOrDefault(exponent))]);
    }
}
