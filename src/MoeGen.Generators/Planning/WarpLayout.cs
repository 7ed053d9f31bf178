using MoeGen.Generators.Models;

namespace MoeGen.Generators.Planning;

/// <summary>
/// How a block's tile is divided among warps. A warp tile is at most 64x64 or 80x32, so that its accumulators take at most 128 of a
/// thread's 255 registers; its M is a multiple of 16 (rows of one mma instruction), its N of 32 (a gated GEMM1 pairs gate and
/// up blocks of 8 columns, and a warp writes 4 groups of 8). Four warps are preferred: one for each scheduler of a multiprocessor.
/// </summary>
internal static class WarpLayout
{
    /// <summary>Values of N with a layout.</summary>
    public static readonly int[] TileN = [64, 128, 256];

    private static readonly int[] TileM = [16, 32, 64, 80, 128, 160, 256];
    private static readonly int[] RowBytes = [64, 128, 256];

    /// <summary>Values of M with a layout; beside codes in registers, 80 rows a warp in blocks of four spill.</summary>
    public static int[] TileMOf(Operands operands) => operands.AreDecoded ? [.. TileM.Where(m => m != 80)] : TileM;

    /// <summary>
    /// Values of K with a layout for this M and N. The threads of a block copy 16 bytes each, and the swizzle of shared memory
    /// repeats every 8 rows: the two warps of 16x64 and 80x64 copy only 4 rows of 256 bytes at once. 160x64 would spill.
    /// </summary>
    public static int[] TileKOf(int m, int n, Operands operands) =>
        [.. RowBytes.Where(bytes => (m, n, bytes) is not (16 or 80 or 160, 64, 256)).Select(bytes => bytes / operands.Bytes)];

    /// <summary>Warps along M and along N.</summary>
    public static (int WarpsM, int WarpsN) Of(TileShape tile, Operands operands) => (tile.M, tile.N, tile.K * operands.Bytes) switch
    {
        // The codes of B wait in registers, beside half as many accumulators.
        (128, 128, _) when operands.AreDecoded => (2, 4), // 64x32

        // With 256-byte rows a thread copies twice as many rows a stage, and their addresses take registers: more warps share them.
        (32, 64, 256) => (2, 2), // 16x32
        (16, 256, 256) or (32, 256, 256) => (1, 8), // 16x32, 32x32
        (128, 128, 256) => (2, 4), // 64x32

        (16, 64, _) or (32, 64, _) => (1, 2), // 16x32, 32x32: a third warp would have less than 32 columns
        (16, 128, _) or (32, 128, _) => (1, 4), // 16x32, 32x32
        (16, 256, _) or (32, 256, _) => (1, 4), // 16x64, 32x64
        (64, 64, _) => (2, 2), // 32x32
        (64, 128, _) => (2, 2), // 32x64
        (64, 256, _) => (2, 4), // 32x64: four warps of 64x64 would spill, with 256 rows of B to copy beside their accumulators
        (80, 64, _) => (1, 2), // 80x32, as the next three: five fragments of rows, which no other warps share
        (80, 128, _) => (1, 4),
        (80, 256, _) => (1, 8),
        (160, 64, _) => (2, 2), // 80x32, as the next two
        (160, 128, _) => (2, 4),
        (160, 256, _) => (2, 8), // TilePlanner rejects it for its registers
        (128, 64, _) => (2, 2), // 64x32
        (128, 128, _) => (2, 2), // 64x64
        (128, 256, _) => (2, 4), // 64x64
        (256, 64, _) => (4, 2), // 64x32
        (256, 128, _) => (4, 2), // 64x64
        (256, 256, _) => (4, 4), // 64x64; TilePlanner rejects it for its registers
        _ => throw new ArgumentOutOfRangeException(nameof(tile), tile, "No warp layout for this tile."),
    };
}
