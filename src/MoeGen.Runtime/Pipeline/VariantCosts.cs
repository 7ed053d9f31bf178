namespace MoeGen;

/// <summary>
/// How long a tile variant takes, roughly: its tiles over the multiprocessors, or the weights through the memory, whichever is
/// longer, and a part of the other, since they never overlap fully. Good for an order, not for a forecast. The constants were fitted to
/// times of an H200 (docs/performance.md).
/// </summary>
internal sealed class VariantCosts(CudaContext context, MoeDescriptor descriptor)
{
    private const double ReferenceKilohertz = 1_980_000;

    // Of what clock and bus width promise.
    private const double ReachableBandwidth = 0.88;

    // The part of the shorter of computing and loading that is not hidden behind the longer.
    private const double Exposed = 0.113;

    // What a tile costs whatever its rows, for its weights; and how much of a launch's last tile finds the other multiprocessors idle.
    private const double RowlessPart = 0.464, Tail = 0.353;

    // In 16-bit elements of depth: what a tile's beginning and end take where no other block of the multiprocessor multiplies meanwhile, and what a part of a tile takes for them.
    private const double LoneTileDepth = 100, SplitDepth = 39;

    // Microseconds of any call.
    private const double Launches = 8.9;

    // Shorter parts are not worth it, and what gains less than a twentieth is not certain.
    private const int MaxLogSplits = 3, MinSplitDepth = 384;
    private const double MostOfWhole = 0.95;

    // Fifths of the normal distribution: experts' rows scatter by the root of their mean.
    private static readonly double[] Scatter = [-1.28, -0.52, 0, 0.52, 1.28];

    private readonly int _operandBytes = descriptor.QuantizesActivations ? 1 : 2;

    // Integrated GPUs report no memory clock: a terabyte a second, and the reference clock, still order the tiles.
    private readonly double _bandwidth = context.MemoryBandwidth > 0 ? context.MemoryBandwidth * ReachableBandwidth : 1e12;
    private readonly double _clock = (context.ClockKilohertz > 0 ? context.ClockKilohertz : ReferenceKilohertz) / ReferenceKilohertz;

    /// <summary>Experts that get a slot, on average, if slots fall evenly at random.</summary>
    public static double ActiveExperts(int numExperts, long slots) =>
        numExperts == 1 ? 1 : Math.Max(1, numExperts * (1 - Math.Pow(1 - (1.0 / numExperts), slots)));

    /// <summary>Both GEMMs, of evenly random slots, and the logarithm to base 2 of the parts that GEMM2's tiles divide their depth into.</summary>
    public (double Microseconds, int LogSplits) Of(GemmVariant variant, MoeShape shape, long slots)
    {
        double active = ActiveExperts(shape.NumExperts, slots), tiles = active * Tiles(variant.TileM, slots / active, shape.NumExperts);
        double whole = Microseconds(variant, shape, slots, active, tiles, 0);
        (int best, double least) = (0, whole);
        for (int log = 1; descriptor.DividesDepth && log <= MaxLogSplits && shape.IntermediateSize >> log >= MinSplitDepth; log++)
        {
            double time = Microseconds(variant, shape, slots, active, tiles, log);
            if (time < least)
            {
                (best, least) = (log, time);
            }
        }

        return least < whole * MostOfWhole ? (least, best) : (whole, 0);
    }

    private double Microseconds(GemmVariant variant, MoeShape shape, long slots, double active, double tiles, int logSplits)
    {
        double depthOfEnds = variant.MinBlocksPerSm == 1 ? LoneTileDepth : 0, parts = 1 << logSplits;
        long rows = shape.Fc1Rows(descriptor.IsGated);
        (double first, double firstTile) = Gemm(variant, tiles, rows, shape.HiddenSize, depthOfEnds);
        (double second, double secondTile) = Gemm(
            variant, tiles * parts, shape.HiddenSize, shape.IntermediateSize / parts, depthOfEnds + (logSplits > 0 ? SplitDepth : 0));
        double compute = first + second + (Tail * (descriptor.FusesGemms ? secondTile : firstTile + secondTile));
        double memory = active * (rows + shape.IntermediateSize) * shape.HiddenSize * _operandBytes / _bandwidth * 1e6;
        double sums = logSplits > 0 ? slots * shape.HiddenSize * sizeof(float) * parts / _bandwidth * 1e6 : 0;
        return Launches + Math.Max(compute, memory) + (Exposed * Math.Min(compute, memory)) + sums;
    }

    // All tiles, and one of them.
    private (double All, double Tile) Gemm(GemmVariant variant, double rowTiles, long columns, double depth, double depthOfEnds)
    {
        double rate = TeraflopsPerMultiprocessor(variant) * _clock * 1e6;
        double tile = 2.0 * variant.TileM * variant.TileN * ((depth * _operandBytes / 2) + depthOfEnds) / rate;
        return (tile * rowTiles * ((columns + variant.TileN - 1) / variant.TileN) / context.MultiprocessorCount, tile * variant.MinBlocksPerSm);
    }

    // Tiles of an expert, on average; its last one counts as what it costs: it leaves out steps of its rows that it has none for, down to half of them.
    private static double Tiles(int tileM, double rows, int numExperts)
    {
        int steps = tileM switch { 16 => 1, 32 or 64 => 2, 80 or 160 => 5, _ => 4 };
        double scatter = Math.Sqrt(rows * (1 - (1.0 / numExperts))), tiles = 0;
        foreach (double deviation in Scatter)
        {
            // A little less, so that a mean that just fills its steps does not round up beyond them.
            double filled = (Math.Max(1, rows + (deviation * scatter)) - 1e-6) / tileM, whole = Math.Ceiling(filled) - 1;
            double part = Math.Max((steps + 1) / 2, Math.Ceiling((filled - whole) * steps)) / steps;
            tiles += (whole + RowlessPart + ((1 - RowlessPart) * part)) / Scatter.Length;
        }

        return tiles;
    }

    // All blocks resident, at the reference clock; 8-bit operands take half as many elements of depth.
    private static double TeraflopsPerMultiprocessor(GemmVariant variant) => (variant.TileM, variant.TileN) switch
    {
        (16, _) => 1.153,
        (32, _) => 1.77,
        (64, _) => 2.313,
        (80, _) => 2.66,
        (160, _) => 3.036,
        (_, < 256) => 3.084,
        _ => 3.33,
    };
}
