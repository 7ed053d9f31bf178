using MoeGen.Generators.Models;

namespace MoeGen.Generators.Planning;

/// <summary>A step of the ladder.</summary>
/// <param name="Shape">The tile.</param>
/// <param name="Stages">Pipeline stages; null: what the planner gives the tile by itself.</param>
/// <param name="OperandBytes">Bytes of an element of both operands.</param>
internal sealed record LadderTile(TileShape Shape, int? Stages = null, int OperandBytes = 2)
{
    /// <summary>Whether every GPU runs it: within 99 KB.</summary>
    public bool IsPortable =>
        TilePlanner.Plan(Shape, Stages, OperandBytes) is PlanOutcome.Planned { Plan.SharedMemoryBytes: <= GpuLimits.PortableSharedMemoryBytes };
}
