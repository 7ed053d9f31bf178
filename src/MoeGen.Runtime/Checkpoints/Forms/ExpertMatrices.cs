namespace MoeGen.Checkpoints;

/// <summary>Where one expert's weights are.</summary>
/// <param name="Fc1">fc1, [2I, H], from top to bottom: gate and up, or one matrix.</param>
/// <param name="Fc2">fc2, [H, I].</param>
internal sealed record ExpertMatrices(MatrixPart[] Fc1, MatrixPart Fc2)
{
    /// <summary>All matrices, fc1's first.</summary>
    public IEnumerable<MatrixPart> Parts => Fc1.Append(Fc2);
}
