using MoeGen.Generators.Models;

namespace MoeGen.Generators.Planning;

/// <summary>A step of the ladder.</summary>
/// <param name="Shape">The tile.</param>
/// <param name="Stages">Pipeline stages; null: what the planner gives the tile by itself.</param>
/// <param name="Operands">What the tensor cores multiply; null: 16-bit elements.</param>
internal sealed record LadderTile(TileShape Shape, int? Stages = null, Operands? Operands = null)
{
    /// <summary>Whether every GPU runs it: within 99 KB.</summary>
    public bool IsPortable =>
        TilePlanner.Plan(Shape, Stages, Operands ?? Models.Operands.Elements) is PlanOutcome.Planned { Plan.SharedMemoryBytes: <= GpuLimits.PortableSharedMemoryBytes };
}
