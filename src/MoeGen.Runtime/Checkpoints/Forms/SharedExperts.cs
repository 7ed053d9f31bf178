namespace MoeGen.Checkpoints;

/// <summary>A shared expert of any width as experts of I each: slices of its gate, up and down, the last one filled up with zeros.</summary>
internal static class SharedExperts
{
    /// <summary>How many experts a shared one makes.</summary>
    public static int Count(int sharedIntermediate, int intermediate) => (int)(((long)sharedIntermediate + intermediate - 1) / intermediate);

    /// <summary>Slices.</summary>
    /// <param name="gate">Holds gate's rows from <paramref name="gateRow"/>, [width, H].</param>
    /// <param name="gateRow">First row of gate.</param>
    /// <param name="up">Holds up's rows from <paramref name="upRow"/>, [width, H].</param>
    /// <param name="upRow">First row of up.</param>
    /// <param name="down">[H, width].</param>
    /// <param name="intermediate">I.</param>
    public static IEnumerable<ExpertMatrices> Slice(StoredMatrix gate, int gateRow, StoredMatrix up, int upRow, StoredMatrix down, int intermediate)
    {
        for (long first = 0; first < down.Columns; first += intermediate)
        {
            int width = (int)Math.Min(intermediate, down.Columns - first);
            yield return new ExpertMatrices(
                [
                    new MatrixPart(gate, gateRow + (int)first, 0, width, gate.Columns, intermediate, gate.Columns),
                    new MatrixPart(up, upRow + (int)first, 0, width, up.Columns, intermediate, up.Columns),
                ],
                new MatrixPart(down, 0, (int)first, down.Rows, width, down.Rows, intermediate));
        }
    }
}
