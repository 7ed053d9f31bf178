using System.Globalization;

namespace MoeGen.Property.Tests;

/// <summary>The tiles that docs/diagnostics and the attribute's documentation allow, worked out a second time.</summary>
internal static class Tiles
{
    private const int SharedMemoryBytes = 163 * 1024;

    /// <summary>Every tile that can be stated, with and without its depth, small ones first.</summary>
    public static string[] Texts { get; } =
    [
        .. from m in (int[])[16, 32, 64, 80, 128, 160, 256]
           from n in (int[])[64, 128, 256]
           from k in (int[])[0, 32, 64, 128]
           let text = k == 0 ? $"{m}x{n}" : $"{m}x{n}x{k}"
           where !(m is 16 or 80 or 160 && n == 64 && k == 128) && !(m is 160 or 256 && n == 256) && MostStages(text) >= 2
           orderby m * n, k
           select text,
    ];

    /// <summary>Stages that fit shared memory, at most 8; without a tile, those of the largest of the ladder.</summary>
    public static int MostStages(string? tile)
    {
        int[] sizes = [.. (tile ?? "128x128").Split('x').Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        return Math.Min(8, SharedMemoryBytes / StageBytes(sizes[0], sizes[1], sizes.Length == 3 ? sizes[2] : 64));
    }

    /// <summary>Bytes of a stage: slices of both operands, 2 bytes an element.</summary>
    public static int StageBytes(int m, int n, int k) => (m + n) * k * 2;
}
