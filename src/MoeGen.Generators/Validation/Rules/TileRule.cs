using System.Globalization;
using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>A pinned tile must be written as the grammar says and have a warp layout.</summary>
internal static class TileRule
{
    /// <summary>Checks the tile by itself.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        // ManagedOptionRule reports every tile of an FP32 layer, right or wrong.
        if (settings.Tile is not { } text || settings.Dtype == Dtype.FP32)
        {
            return [];
        }

        return TileGrammar.Parse(text, settings.Operands, out TileShape tile) is { } problem
            ? [Issue.Of(RuleIds.MalformedTile, nameof(MoeSettings.Tile), text, problem) with { Suggestion = Nearest(settings, TileAdvice.Guess(text, settings.Operands)) }]
            : Sizes(settings, text, tile).Select(issue => issue with { Suggestion = Nearest(settings, tile) });
    }

    /// <summary>The tile that the settings pin, where it passes this rule.</summary>
    public static TileShape? Pinned(MoeSettings settings) =>
        settings.Tile is { } text && TileGrammar.Parse(text, settings.Operands, out TileShape tile) is null && !Sizes(settings, text, tile).Any() ? tile : null;

    /// <summary>The nearest tile that passes every rule, with the stages that are stated.</summary>
    public static Suggestion Nearest(MoeSettings settings, TileShape wanted)
    {
        TileShape nearest = TileAdvice.Nearest(wanted, StagesRule.Valid(settings), settings.Operands);
        return new Suggestion(nameof(MoeSettings.Tile), TileAdvice.Literal(nearest, StatesDepth(settings), settings.Operands));
    }

    /// <summary>Whether the tile is stated with its depth.</summary>
    public static bool StatesDepth(MoeSettings settings) => settings.Tile?.Count(c => c == 'x') == 2;

    private static IEnumerable<Issue> Sizes(MoeSettings settings, string text, TileShape tile)
    {
        int[] allowedK = WarpLayout.TileKOf(tile.M, tile.N, settings.Operands);
        (int depth, string mma) = settings.Operands.Bytes == 1 ? (32, "m16n8k32") : (16, "m16n8k16");
        (string Name, int Value, int[] Allowed, string Why)[] sizes =
        [
            ("M", tile.M, WarpLayout.TileMOf(settings.Operands), $"an mma instruction multiplies 16 rows ({mma}) and a warp takes 16, 32, 64 or 80 of them"),
            ("N", tile.N, WarpLayout.TileN, $"an mma instruction makes 8 accumulator columns ({mma}) and a warp takes 32 or 64 of them"),
            ("K", tile.K, allowedK, allowedK.Contains(256 / settings.Operands.Bytes)
                ? $"an mma instruction takes {depth} elements of depth ({mma}) and a row of a stage is 64, 128 or 256 bytes"
                : tile.M == 160 ? "the rows that a thread of this tile copies would take more registers than it has"
                : "the two warps of this tile copy less than 8 rows of 256 bytes at once, after which the layout of shared memory repeats"),
        ];
        return sizes
            .Where(size => !size.Allowed.Contains(size.Value))
            .Select(size => Issue.Of(
                RuleIds.UnsupportedTileSize, nameof(MoeSettings.Tile),
                text, size.Name, size.Value.ToString(CultureInfo.InvariantCulture), string.Join(", ", size.Allowed), size.Why));
    }
}
