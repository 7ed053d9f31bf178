namespace MoeGen;

/// <summary>Slots (token, k) sorted by expert with a stable counting sort; ids outside 0..E-1 are dropped.</summary>
internal sealed class RoutePlan
{
    // Sorted rows of one work item: enough to pay for converting the weight rows, few enough to share an expert among threads.
    private const int RowsPerTile = 128;

    private RoutePlan(int[] expertOffsets, int[] sortedSlots, RowTile[] tiles)
    {
        ExpertOffsets = expertOffsets;
        SortedSlots = sortedSlots;
        Tiles = tiles;
    }

    /// <summary>First sorted row of each expert, [E + 1].</summary>
    public int[] ExpertOffsets { get; }

    /// <summary>Slot of each sorted row.</summary>
    public int[] SortedSlots { get; }

    /// <summary>The sorted rows in pieces of one expert each.</summary>
    public RowTile[] Tiles { get; }

    public static RoutePlan Create(ReadOnlySpan<int> tokenSelectedExperts, int numExperts)
    {
        var offsets = new int[numExperts + 1];
        foreach (int expert in tokenSelectedExperts)
        {
            if ((uint)expert < (uint)numExperts)
            {
                offsets[expert + 1]++;
            }
        }

        var tiles = new List<RowTile>();
        for (int expert = 0; expert < numExperts; expert++)
        {
            int first = offsets[expert];
            int end = offsets[expert + 1] += first;
            for (; first < end; first += RowsPerTile)
            {
                tiles.Add(new RowTile(expert, first, Math.Min(RowsPerTile, end - first)));
            }
        }

        var next = offsets.AsSpan(0, numExperts).ToArray();
        var slots = new int[offsets[numExperts]];
        for (int slot = 0; slot < tokenSelectedExperts.Length; slot++)
        {
            int expert = tokenSelectedExperts[slot];
            if ((uint)expert < (uint)numExperts)
            {
                slots[next[expert]++] = slot;
            }
        }

        return new RoutePlan(offsets, slots, [.. tiles]);
    }

    /// <summary>Sorted rows FirstRow..FirstRow+Rows-1, all of one expert.</summary>
    public readonly record struct RowTile(int Expert, int FirstRow, int Rows);
}
