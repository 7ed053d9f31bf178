namespace MoeGen;

/// <summary>Runs the work items of a GEMM: each tile of sorted rows with each block of outputs.</summary>
internal static class TileLoop
{
    /// <summary>Runs all items at once or, where the weights are streamed, those of one expert after those of another.</summary>
    /// <param name="weights">The GEMM's streamed matrices; <see langword="null"/> where all are in memory.</param>
    /// <param name="route">The tiles, expert by expert.</param>
    /// <param name="blocks">Blocks of outputs of a tile.</param>
    /// <param name="scratchLength">Scratch of a thread.</param>
    /// <param name="maxDegreeOfParallelism">Most threads at once.</param>
    /// <param name="body">Runs an item: tile, block, scratch.</param>
    public static void Run<TAcc>(
        IExpertStream? weights, RoutePlan route, int blocks, int scratchLength, int maxDegreeOfParallelism, Action<RoutePlan.RowTile, int, TAcc[]> body)
    {
        RoutePlan.RowTile[] tiles = route.Tiles;
        if (weights is null)
        {
            RunTiles(0, tiles.Length);
            return;
        }

        try
        {
            for (int first = 0, end = 0; first < tiles.Length; first = end)
            {
                int expert = tiles[first].Expert;
                for (end = first + 1; end < tiles.Length && tiles[end].Expert == expert; end++)
                {
                }

                weights.Open(expert);
                RunTiles(first, end);
            }
        }
        finally
        {
            weights.Close();
        }

        void RunTiles(int first, int end) => WorkLoop.Run<TAcc>(
            (long)(end - first) * blocks, scratchLength, maxDegreeOfParallelism, (item, scratch) => body(tiles[first + (item / blocks)], (int)(item % blocks), scratch));
    }
}
