namespace MoeGen.Generators.Models;

/// <summary>A thread-block tile.</summary>
/// <param name="M">Rows (expanded tokens).</param>
/// <param name="N">Accumulator columns.</param>
/// <param name="K">Elements of depth a stage.</param>
internal readonly record struct TileShape(int M, int N, int K)
{
    /// <inheritdoc/>
    public override string ToString() => $"{M}x{N}x{K}";
}
