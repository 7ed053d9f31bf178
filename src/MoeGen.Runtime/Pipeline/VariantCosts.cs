namespace MoeGen;

/// <summary>
/// How long a tile variant takes, roughly: its tiles over the multiprocessors, or the weights through the memory, whichever is
/// longer, and a part of the other, since they never overlap fully. Good for an order, not for a forecast.
/// </summary>
internal sealed class VariantCosts(CudaContext context, int operandBytes)
{
    private const double ReferenceKilohertz = 1_980_000;

    // Of what clock and bus width promise.
    private const double ReachableBandwidth = 0.88;

    // The part of the shorter of computing and loading that is not hidden behind the longer.
    private const double Exposed = 0.1;

    // Rate of a block that is alone on its multiprocessor, of what the resident blocks reach together.
    private const double LoneRate = 0.5;

    // What a tile costs whatever its rows, for its weights; and how much of a launch's last tile finds the other multiprocessors idle.
    private const double RowlessPart = 0.5, Tail = 0.52;

    // Elements of depth that a tile's beginning and end take where no other block of the multiprocessor multiplies meanwhile.
    private const double LoneTileDepth = 148;

    // Quintiles of the normal distribution: experts' rows scatter by the root of their mean.
    private static readonly double[] Scatter = [-1.28, -0.52, 0, 0.52, 1.28];

    // A part of a tile costs its pipeline's filling and its stores beside its depth, counted in elements of depth; shorter parts are not worth it, and
    // what gains less than a twentieth over fewer parts is not certain.
    private const int MaxLogSplits = 3, MinSplitDepth = 384, SplitOverheadDepth = 256;
    private const double MostOfCoarser = 0.95;

    // As LoneRate, of GEMM2's tiles of 64 rows and more: the small layer's at 512 tokens.
    private const double LoneRateOfTall = 0.9;

    // Integrated GPUs report no memory clock: a terabyte a second, and the reference clock, still order the tiles.
    private readonly double _bandwidth = context.MemoryBandwidth > 0 ? context.MemoryBandwidth * ReachableBandwidth : 1e12;
    private readonly double _clock = (context.ClockKilohertz > 0 ? context.ClockKilohertz : ReferenceKilohertz) / ReferenceKilohertz;

    /// <summary>Experts that get a slot, on average, if slots fall evenly at random.</summary>
    public static double ActiveExperts(int numExperts, long slots) =>
        numExperts == 1 ? 1 : Math.Max(1, numExperts * (1 - Math.Pow(1 - (1.0 / numExperts), slots)));

    /// <summary>Both GEMMs, of evenly random slots.</summary>
    public double Microseconds(GemmVariant variant, MoeShape shape, MoeDescriptor descriptor, long slots, double active)
    {
        double tiles = active * Tiles(variant.TileM, slots / active, shape.NumExperts, CostOfLast);
        long rows = shape.Fc1Rows(descriptor.IsGated);
        (double first, double firstTile) = Gemm(variant, tiles, rows, shape.HiddenSize);
        (double second, double secondTile) = Gemm(variant, tiles, shape.HiddenSize, shape.IntermediateSize);
        double compute = first + second + (Tail * (descriptor.FusesGemms ? secondTile : firstTile + secondTile));
        double memory = active * (rows + shape.IntermediateSize) * shape.HiddenSize * operandBytes / _bandwidth * 1e6;
        return Math.Max(compute, memory) + (Exposed * Math.Min(compute, memory));
    }

    /// <summary>Logarithm to base 2 of the parts that GEMM2 divides its depth into.</summary>
    public int LogSplits(GemmVariant variant, MoeShape shape, long slots)
    {
        double active = ActiveExperts(shape.NumExperts, slots);
        double tiles = active * Tiles(variant.TileM, slots / active, shape.NumExperts, static (_, _) => 1) * ((shape.HiddenSize + variant.TileN - 1) / variant.TileN);
        double memory = active * shape.HiddenSize * shape.IntermediateSize * operandBytes / _bandwidth * 1e6;
        (int best, double least) = (0, Cost(0));
        for (int log = 1; log <= MaxLogSplits && shape.IntermediateSize >> log >= MinSplitDepth; log++)
        {
            double cost = Cost(log);
            if (cost < least * MostOfCoarser)
            {
                (best, least) = (log, cost);
            }
        }

        return best;

        double Cost(int log)
        {
            // Parts that a multiprocessor has, how many at once, and how fast it is with so many.
            double parts = tiles * (1 << log) / context.MultiprocessorCount, resident = Math.Min(Math.Ceiling(parts), variant.MinBlocksPerSm);
            double lone = variant.MinBlocksPerSm == 1 ? 1 : variant.TileM >= 64 ? LoneRateOfTall : LoneRate;
            double rate = lone + ((1 - lone) * (resident - 1) / Math.Max(1, variant.MinBlocksPerSm - 1));
            double part = 2.0 * variant.TileM * variant.TileN * (((double)shape.IntermediateSize / (1 << log)) + SplitOverheadDepth)
                / (TeraflopsPerMultiprocessor(variant) * (2.0 / operandBytes) * _clock * 1e6);
            double compute = part / rate * (parts <= variant.MinBlocksPerSm ? resident : parts + 0.5);
            double output = slots * shape.HiddenSize * (log == 0 ? 4.0 : 8.0 * (1 << log)) / _bandwidth * 1e6;
            return Math.Max(compute, memory) + (Exposed * Math.Min(compute, memory)) + output;
        }
    }

    // Tiles of an expert, on average; its last one at the cost of the part of its rows that there are.
    private static double Tiles(int tileM, double rows, int numExperts, Func<int, double, double> costOfLast)
    {
        double scatter = Math.Sqrt(rows * (1 - (1.0 / numExperts))), tiles = 0;
        foreach (double deviation in Scatter)
        {
            double filled = Math.Max(1, rows + (deviation * scatter)) / tileM, whole = Math.Ceiling(filled) - 1;
            tiles += (whole + costOfLast(tileM, filled - whole)) / Scatter.Length;
        }

        return tiles;
    }

    // A tile leaves out steps of its rows that it has none for, down to half of them.
    private static double CostOfLast(int tileM, double part)
    {
        int steps = tileM switch { 16 => 1, 32 or 64 => 2, 80 or 160 => 5, _ => 4 };
        return RowlessPart + ((1 - RowlessPart) * Math.Max((steps + 1) / 2, Math.Ceiling(part * steps)) / steps);
    }

    // All tiles, and one of them.
    private (double All, double Tile) Gemm(GemmVariant variant, double rowTiles, long columns, long depth)
    {
        double extraDepth = variant.MinBlocksPerSm == 1 ? LoneTileDepth : 0;
        double tile = 2.0 * variant.TileM * variant.TileN * (depth + extraDepth) / (TeraflopsPerMultiprocessor(variant) * (2.0 / operandBytes) * _clock * 1e6);
        return (tile * rowTiles * ((columns + variant.TileN - 1) / variant.TileN) / context.MultiprocessorCount, tile * variant.MinBlocksPerSm);
    }

    // 16-bit operands; with 8-bit ones an instruction takes twice the depth in the same time. At the reference clock, all blocks resident, fitted to times of
    // an H200 (docs/performance.md).
    private static double TeraflopsPerMultiprocessor(GemmVariant variant) => (variant.TileM, variant.TileN) switch
    {
        (16, _) => 1.39,
        (32, _) => 1.92,
        (64, _) => 2.28,
        (80, _) => 2.69,
        (128, < 256) => 3.09,
        (160, _) => 3.14,
        _ => 3.39,
    };
}
