using MoeGen.Generators.Models;

namespace MoeGen.Generators.Planning;

/// <summary>From a tile, and stages where they are pinned, to a plan that fits a multiprocessor, or to the reason why none does.</summary>
internal static class TilePlanner
{
    /// <summary>Fewest stages: one is filled while the other is read.</summary>
    public const int MinStages = 2;

    /// <summary>Most stages: beyond, every allowed tile is out of shared memory or long past hiding the latency of a load.</summary>
    public const int MaxStages = 8;

    /// <summary>Registers for operand fragments, addresses and loop state, beside the accumulators.</summary>
    private const int RegistersBesideAccumulators = 112;

    /// <summary>Registers for the codes of a stage, their scales and addresses, beside these.</summary>
    private const int RegistersForCodes = 56;

    /// <summary>
    /// The tiles from which the run time picks where none is pinned, by growing number of tokens an expert. The wide ones read
    /// less of L2 for each product; their third stage is beyond 99 KB, so GPUs with no more do without them. Three stages of
    /// the flat ones leave room for more blocks.
    /// </summary>
    public static IReadOnlyList<LadderTile> LadderOf(Operands operands)
    {
        LadderTile[] tiles = [Step(16, 128, 3), Step(32, 128, 3), Step(64, 128), Step(80, 128, 3), Step(128, 128), Step(128, 256, 3), Step(160, 128, 3)];
        return [.. tiles.Where(tile => WarpLayout.TileMOf(operands).Contains(tile.Shape.M) && Plan(tile.Shape, tile.Stages, operands) is PlanOutcome.Planned)];

        LadderTile Step(int m, int n, int? stages = null) => new(new(m, n, TileGrammar.DefaultK(operands)), stages, operands);
    }

    /// <summary>Plans one tile; null stages are chosen.</summary>
    public static PlanOutcome Plan(TileShape tile, int? stages, Operands operands)
    {
        (int warpsM, int warpsN) = WarpLayout.Of(tile, operands);
        int threads = warpsM * warpsN * 32;
        int registers = RegistersPerThread(tile.M * tile.N / threads, operands);

        // Accumulators beyond the register file would live in local memory, that is, in DRAM.
        if (threads * registers > GpuLimits.RegistersPerSm)
        {
            return new PlanOutcome.TooManyRegisters(tile.M * tile.N, threads * registers, GpuLimits.RegistersPerSm);
        }

        // A block that wants more shared memory than a block can have is refused by the driver.
        int bytesPerStage = (tile.M + tile.N) * tile.K * operands.Bytes;
        int wanted = stages ?? DefaultStages(tile.M, bytesPerStage);
        if (wanted * bytesPerStage > GpuLimits.MaxSharedMemoryBytes)
        {
            return new PlanOutcome.TooMuchSharedMemory(
                wanted, wanted * bytesPerStage, GpuLimits.MaxSharedMemoryBytes, GpuLimits.MaxSharedMemoryBytes / bytesPerStage);
        }

        int blocks = BlocksPerSm(threads * registers, wanted * bytesPerStage);
        int maxRegisters = Math.Min(
            GpuLimits.MaxRegistersPerThread, RoundDown(GpuLimits.RegistersPerSm / (threads * blocks), GpuLimits.RegisterGranularity));
        return new PlanOutcome.Planned(new GemmPlan(tile.M, tile.N, tile.K, wanted, warpsM, warpsN, blocks, maxRegisters, operands.Bytes));
    }

    /// <summary>
    /// The most stages within 99 KB, so that every GPU from 8.0 on runs the plan; where not even two are, the most within 163 KB.
    /// </summary>
    private static int DefaultStages(int tileM, int bytesPerStage)
    {
        // Flat tiles stream weights and compute little: they want more loads in flight than four stages hold.
        int most = tileM <= 32 ? 6 : 4;
        int fitting = GpuLimits.PortableSharedMemoryBytes / bytesPerStage;
        if (fitting < MinStages)
        {
            fitting = GpuLimits.MaxSharedMemoryBytes / bytesPerStage;
        }

        return Math.Max(MinStages, Math.Min(most, fitting));
    }

    /// <summary>Blocks that a multiprocessor can hold at once, by registers and by shared memory; more than four gain nothing.</summary>
    private static int BlocksPerSm(int registersPerBlock, int sharedMemoryBytes)
    {
        int byRegisters = GpuLimits.RegistersPerSm / registersPerBlock;
        int bySharedMemory = GpuLimits.SharedMemoryPerSmBytes / (sharedMemoryBytes + GpuLimits.ReservedSharedMemoryBytes);
        return Math.Max(1, Math.Min(4, Math.Min(byRegisters, bySharedMemory)));
    }

    /// <summary>Registers that a thread with so many accumulators is expected to need.</summary>
    public static int RegistersPerThread(int accumulators, Operands operands)
    {
        // Without codes the compiler manages with 255 where the sum is beyond.
        int sum = accumulators + RegistersBesideAccumulators;
        int estimate = operands.AreDecoded ? sum + RegistersForCodes : Math.Min(sum, GpuLimits.MaxRegistersPerThread);
        return RoundDown(estimate + GpuLimits.RegisterGranularity - 1, GpuLimits.RegisterGranularity);
    }

    private static int RoundDown(int value, int multiple) => value / multiple * multiple;
}
