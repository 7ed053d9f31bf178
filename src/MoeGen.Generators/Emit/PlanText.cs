using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit;

/// <summary>A plan in words, for comments.</summary>
internal static class PlanText
{
    /// <summary>One line with every figure and its unit.</summary>
    public static string Of(GemmPlan plan) =>
        $"{plan.Name}: tile {plan.TileM}x{plan.TileN}x{plan.TileK}, {plan.Stages} stages, {plan.WarpsM}x{plan.WarpsN} warps of " +
        $"{plan.TileM / plan.WarpsM}x{plan.TileN / plan.WarpsN} ({plan.Threads} threads), {plan.SharedMemoryBytes} bytes of shared memory, " +
        $"{plan.AccumulatorsPerThread} accumulators and at most {plan.MaxRegisters} registers a thread";
}
