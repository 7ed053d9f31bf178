namespace MoeGen;

/// <summary>Rows of an M-tile in each GEMM of a call.</summary>
internal readonly record struct TileHeights(int Gemm1, int Gemm2)
{
    /// <summary>Whether GEMM2 needs a list of tiles of its own.</summary>
    public bool Differ => Gemm1 != Gemm2;
}
