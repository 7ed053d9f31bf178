using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Tests.Planning;

/// <summary>The planner's figures, as a table: a change of any shows here first.</summary>
public sealed class TilePlannerTests
{
    [Theory]
    //          M    N    K   stages  warps  shared memory  accumulators  blocks  registers
    [InlineData(16, 64, 64, 6, 1, 2, 61440, 16, 3, 255)]
    [InlineData(16, 128, 64, 5, 1, 4, 92160, 16, 2, 255)]
    [InlineData(16, 256, 64, 2, 1, 4, 69632, 32, 3, 168)]
    [InlineData(32, 64, 64, 6, 1, 2, 73728, 32, 3, 255)]
    [InlineData(32, 128, 64, 4, 1, 4, 81920, 32, 2, 255)]
    [InlineData(32, 256, 64, 2, 1, 4, 73728, 64, 2, 255)]
    [InlineData(64, 64, 64, 4, 2, 2, 65536, 32, 3, 168)]
    [InlineData(64, 128, 64, 4, 2, 2, 98304, 64, 2, 255)]
    [InlineData(64, 256, 64, 2, 2, 4, 81920, 64, 1, 255)]
    [InlineData(80, 64, 64, 4, 1, 2, 73728, 80, 3, 255)]
    [InlineData(80, 128, 64, 3, 1, 4, 79872, 80, 2, 255)]
    [InlineData(80, 256, 64, 2, 1, 8, 86016, 80, 1, 255)]
    [InlineData(128, 64, 64, 4, 2, 2, 98304, 64, 2, 255)]
    [InlineData(128, 128, 64, 3, 2, 2, 98304, 128, 2, 255)]
    [InlineData(128, 256, 64, 2, 2, 4, 98304, 128, 1, 255)]
    [InlineData(160, 64, 64, 3, 2, 2, 86016, 80, 2, 255)]
    [InlineData(160, 128, 64, 2, 2, 4, 73728, 80, 1, 255)]
    [InlineData(256, 64, 64, 2, 4, 2, 81920, 64, 1, 255)]
    [InlineData(256, 128, 64, 2, 4, 2, 98304, 128, 1, 255)]
    // K = 32: stages stop at 4, or at 6 for flat tiles, though more would fit.
    [InlineData(16, 128, 32, 6, 1, 4, 55296, 16, 4, 128)]
    [InlineData(128, 128, 32, 4, 2, 2, 65536, 128, 2, 255)]
    // K = 128: twice the warps where the rows to copy would spill; two stages beyond 99 KB where they must.
    [InlineData(32, 64, 128, 4, 2, 2, 98304, 16, 2, 255)]
    [InlineData(32, 256, 128, 2, 1, 8, 147456, 32, 1, 255)]
    [InlineData(128, 128, 128, 2, 2, 4, 131072, 64, 1, 255)]
    public void Plan(int m, int n, int k, int stages, int warpsM, int warpsN, int sharedMemory, int accumulators, int blocks, int registers)
    {
        GemmPlan plan = Planned(new TileShape(m, n, k));
        Assert.Equal(new GemmPlan(m, n, k, stages, warpsM, warpsN, blocks, registers, OperandBytes: 2), plan);
        Assert.Equal((sharedMemory, accumulators, warpsM * warpsN * 32), (plan.SharedMemoryBytes, plan.AccumulatorsPerThread, plan.Threads));
        Assert.Equal($"m{m}n{n}k{k}s{stages}", plan.Name);
    }

    [Theory]
    [InlineData(2, 65536)]
    [InlineData(5, 163840)]
    public void Pinned_stages_may_use_all_of_163_KB(int stages, int sharedMemory) =>
        Assert.Equal(sharedMemory, Assert.IsType<PlanOutcome.Planned>(TilePlanner.Plan(new TileShape(128, 128, 64), stages, Operands.Elements)).Plan.SharedMemoryBytes);

    [Fact]
    public void Too_many_stages_tell_how_many_fit() => Assert.Equal(
        new PlanOutcome.TooMuchSharedMemory(8, 262144, 166912, 5), TilePlanner.Plan(new TileShape(128, 128, 64), 8, Operands.Elements));

    [Fact]
    public void Accumulators_beyond_the_register_file_are_rejected() => Assert.Equal(
        new PlanOutcome.TooManyRegisters(65536, 122880, 65536), TilePlanner.Plan(new TileShape(256, 256, 32), 2, Operands.Elements));

    /// <summary>A stage of 8-bit operands holds twice the depth in the same bytes, and all else follows from the bytes.</summary>
    [Fact]
    public void Tiles_of_8_bit_operands_are_planned_like_those_of_16_bits_of_half_the_depth()
    {
        foreach (TileShape tile in Tiles(Operands.Elements))
        {
            PlanOutcome twice = TilePlanner.Plan(tile with { K = 2 * tile.K }, null, new Operands(1));
            PlanOutcome expected = TilePlanner.Plan(tile, null, Operands.Elements);
            Assert.Equal(
                expected is PlanOutcome.Planned { Plan: var plan } ? new PlanOutcome.Planned(plan with { TileK = 2 * tile.K, OperandBytes = 1 }) : expected, twice);
        }
    }

    /// <summary>Codes wait in registers: twice the warps for 128x128, and none of 128 accumulators a thread.</summary>
    [Fact]
    public void Tiles_with_decoded_weights_have_room_for_codes()
    {
        var decoded = new Operands(2, AreDecoded: true);
        Assert.Equal(
            ["128x256x32", "128x256x64", "256x128x32", "256x128x64"],
            Tiles(decoded).Where(tile => TilePlanner.Plan(tile, null, decoded) is PlanOutcome.TooManyRegisters
                && TilePlanner.Plan(tile, null, Operands.Elements) is PlanOutcome.Planned).Select(tile => tile.ToString()).Order(StringComparer.Ordinal));
        Assert.All(AllPlans(decoded), plan => Assert.InRange(plan.AccumulatorsPerThread, 1, 80));
    }

    /// <summary>What the kernels' static assertions require, and what no multiprocessor can exceed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_plan_keeps_the_kernels_assumptions(int operandBytes)
    {
        foreach (GemmPlan plan in AllPlans(new Operands(operandBytes)))
        {
            Assert.Equal((0, 0), (plan.TileM / plan.WarpsM % 16, plan.TileN / plan.WarpsN % 32));
            Assert.InRange(plan.TileM / plan.WarpsM, 16, 80);
            Assert.InRange(plan.TileN / plan.WarpsN, 32, 64);
            Assert.Equal(0, plan.Threads * 16 / (plan.TileK * operandBytes) % 8);
            Assert.InRange(plan.Stages, TilePlanner.MinStages, TilePlanner.MaxStages);
            Assert.InRange(plan.SharedMemoryBytes, 1, GpuLimits.MaxSharedMemoryBytes);
            Assert.InRange(plan.MaxRegisters * plan.Threads * plan.MinBlocksPerSm, 1, GpuLimits.RegistersPerSm);
            Assert.InRange(plan.AccumulatorsPerThread, 1, 128);
        }
    }

    [Theory]
    [InlineData(2, "128x256x128", "160x256x128", "160x256x32", "160x256x64", "256x128x128", "256x256x128", "256x256x32", "256x256x64", "80x256x128")]
    [InlineData(1, "128x256x256", "160x256x128", "160x256x256", "160x256x64", "256x128x256", "256x256x128", "256x256x256", "256x256x64", "80x256x256")]
    public void Every_tile_but_the_rejected_has_a_plan(int operandBytes, params string[] rejected) => Assert.Equal(
        rejected,
        Tiles(new Operands(operandBytes)).Where(tile => TilePlanner.Plan(tile, null, new Operands(operandBytes)) is not PlanOutcome.Planned).Select(tile => tile.ToString()).Order(StringComparer.Ordinal));

    /// <summary>So that GPUs with 99 KB (8.6, 8.9, 12.x) run a layer whose tile was left out.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_height_of_the_ladder_up_to_128_has_a_tile_within_99_KB(int operandBytes) => Assert.All(
        TilePlanner.LadderOf(new Operands(operandBytes)).Where(tile => tile.Shape.M <= 128).GroupBy(tile => tile.Shape.M), tiles => Assert.Contains(tiles, tile => tile.IsPortable));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_ladder_tile_has_a_plan(int operandBytes) =>
        Assert.All(TilePlanner.LadderOf(new Operands(operandBytes)), tile => Assert.IsType<PlanOutcome.Planned>(TilePlanner.Plan(tile.Shape, tile.Stages, new Operands(operandBytes))));

    private static IEnumerable<TileShape> Tiles(Operands operands) =>
        from m in WarpLayout.TileMOf(operands) from n in WarpLayout.TileN from k in WarpLayout.TileKOf(m, n, operands) select new TileShape(m, n, k);

    private static IEnumerable<GemmPlan> AllPlans(Operands operands) =>
        Tiles(operands).Select(tile => TilePlanner.Plan(tile, null, operands)).OfType<PlanOutcome.Planned>().Select(outcome => outcome.Plan);

    private static GemmPlan Planned(TileShape tile) => Assert.IsType<PlanOutcome.Planned>(TilePlanner.Plan(tile, null, Operands.Elements)).Plan;
}
