using MoeGen.Generators.Models;

namespace MoeGen.Generators.Planning;

/// <summary>What the planner made of a candidate.</summary>
internal abstract record PlanOutcome
{
    private PlanOutcome()
    {
    }

    /// <summary>It runs.</summary>
    /// <param name="Plan">As this.</param>
    public sealed record Planned(GemmPlan Plan) : PlanOutcome;

    /// <summary>Its stages exceed the shared memory of a block.</summary>
    /// <param name="Stages">Stages asked for; the least possible where none were.</param>
    /// <param name="BytesNeeded">Bytes for these stages.</param>
    /// <param name="BytesAllowed">Bytes a block can have.</param>
    /// <param name="LargestStages">The largest number of stages that fits.</param>
    public sealed record TooMuchSharedMemory(int Stages, int BytesNeeded, int BytesAllowed, int LargestStages) : PlanOutcome;

    /// <summary>Its accumulators and operands exceed the registers of a multiprocessor.</summary>
    /// <param name="Accumulators">Fp32 accumulators of the block.</param>
    /// <param name="RegistersNeeded">Registers that the block needs, operands and addresses included.</param>
    /// <param name="RegistersAllowed">Registers of a multiprocessor.</param>
    public sealed record TooManyRegisters(int Accumulators, int RegistersNeeded, int RegistersAllowed) : PlanOutcome;
}
