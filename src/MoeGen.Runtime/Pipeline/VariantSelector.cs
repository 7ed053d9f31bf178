namespace MoeGen;

/// <summary>Picks the GEMM variant of a call from its shape alone: deterministic, without measuring.</summary>
internal static class VariantSelector
{
    /// <summary>
    /// The smallest tile that holds the mean number of rows an active expert has, with a quarter to spare for uneven
    /// routing; the largest where none does. A larger tile would multiply rows that do not exist, a smaller one would
    /// read the weights once more for every tile.
    /// </summary>
    public static int Select(IReadOnlyList<GemmVariant> variants, int numTokens, int topK, int numExperts)
    {
        long slots = (long)numTokens * topK;
        long activeExperts = Math.Max(1, Math.Min(numExperts, slots));
        for (int index = 0; index < variants.Count - 1; index++)
        {
            if (variants[index].TileM * activeExperts * 4 >= slots * 5)
            {
                return index;
            }
        }

        return variants.Count - 1;
    }
}
