using MoeGen.Generators.Models;

namespace MoeGen.Generators.Planning;

/// <summary>
/// How a block's tile is divided among warps. A warp tile is at most 64x64, so that its accumulators take at most 128 of a
/// thread's 255 registers; its M is a multiple of 16 (rows of one mma instruction), its N of 32 (a gated GEMM1 pairs gate and
/// up blocks of 8 columns, and a warp writes 4 groups of 8). Four warps are preferred: one for each scheduler of a multiprocessor.
/// </summary>
internal static class WarpLayout
{
    /// <summary>Values of M with a layout.</summary>
    public static readonly int[] TileM = [16, 32, 64, 128, 256];

    /// <summary>Values of N with a layout.</summary>
    public static readonly int[] TileN = [64, 128, 256];

    /// <summary>Values of K: 64, 128 or 256 bytes a row of a stage.</summary>
    public static readonly int[] TileK = [32, 64, 128];

    /// <summary>Warps along M and along N.</summary>
    public static (int WarpsM, int WarpsN) Of(TileShape tile) => (tile.M, tile.N) switch
    {
        (16, 64) or (32, 64) => (1, 2), // 16x32, 32x32: a third warp would have less than 32 columns
        (16, 128) or (32, 128) => (1, 4), // 16x32, 32x32
        (16, 256) or (32, 256) => (1, 4), // 16x64, 32x64
        (64, 64) => (2, 2), // 32x32
        (64, 128) => (2, 2), // 32x64
        (64, 256) => (1, 4), // 64x64
        (128, 64) => (2, 2), // 64x32
        (128, 128) => (2, 2), // 64x64
        (128, 256) => (2, 4), // 64x64
        (256, 64) => (4, 2), // 64x32
        (256, 128) => (4, 2), // 64x64
        (256, 256) => (4, 4), // 64x64; TilePlanner rejects it for its registers
        _ => throw new ArgumentOutOfRangeException(nameof(tile), tile, "No warp layout for this tile."),
    };
}
