using MoeGen.Generators.Models;

namespace MoeGen.Generators.Planning;

/// <summary>What to put in place of a tile, or of stages, that cannot be.</summary>
internal static class TileAdvice
{
    /// <summary>The most stages of a tile that fit a block's shared memory, and are allowed at all.</summary>
    public static int LargestStages(TileShape tile, Operands operands, int sharedMemoryBytes = GpuLimits.MaxSharedMemoryBytes) =>
        Math.Min(TilePlanner.MaxStages, sharedMemoryBytes / ((tile.M + tile.N) * tile.K * operands.Bytes));

    /// <summary>The tile with a plan that is nearest to a wanted one, by the factors between their sizes; of several, the smallest.</summary>
    /// <param name="wanted">Any numbers.</param>
    /// <param name="stages">Stages that the tile must allow; null: any.</param>
    /// <param name="operands">What the tensor cores multiply.</param>
    /// <param name="sharedMemoryBytes">Shared memory that a block may take.</param>
    public static TileShape Nearest(TileShape wanted, int? stages, Operands operands, int sharedMemoryBytes = GpuLimits.MaxSharedMemoryBytes) => Planned(stages, operands)
        .Where(plan => plan.SharedMemoryBytes <= sharedMemoryBytes)
        .Select(plan => new TileShape(plan.TileM, plan.TileN, plan.TileK))
        .OrderBy(tile => Distance(tile.M, wanted.M) + Distance(tile.N, wanted.N) + Distance(tile.K, wanted.K))
        .ThenBy(tile => (tile.M + tile.N) * tile.K)
        .First();

    /// <summary>The tile that a malformed text may mean: its first two or three numbers, and 128 for one that is missing.</summary>
    public static TileShape Guess(string text, Operands operands)
    {
        int[] numbers = string.Concat(text.Select(c => c is >= '0' and <= '9' ? c : ' '))
            .Split([' '], StringSplitOptions.RemoveEmptyEntries)
            .Select(digits => digits.Length > 5 ? 99_999 : int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture))
            .ToArray();
        return new TileShape(At(0, 128), At(1, 128), At(2, TileGrammar.DefaultK(operands)));

        int At(int index, int fallback) => index < numbers.Length ? numbers[index] : fallback;
    }

    /// <summary>A tile as the attribute's argument; the depth is left out where it is the default and was not stated.</summary>
    public static string Literal(TileShape tile, bool depthStated, Operands operands) =>
        depthStated || tile.K != TileGrammar.DefaultK(operands) ? $"\"{tile}\"" : $"\"{tile.M}x{tile.N}\"";

    private static IEnumerable<GemmPlan> Planned(int? stages, Operands operands) =>
        from m in WarpLayout.TileMOf(operands)
        from n in WarpLayout.TileN
        from k in WarpLayout.TileKOf(m, n, operands)
        let outcome = TilePlanner.Plan(new TileShape(m, n, k), stages, operands) as PlanOutcome.Planned
        where outcome is not null
        select outcome.Plan;

    private static double Distance(int a, int b) => Math.Abs(Math.Log((double)a / Math.Max(1, b)));
}
