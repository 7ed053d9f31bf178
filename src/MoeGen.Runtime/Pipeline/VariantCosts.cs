namespace MoeGen;

/// <summary>
/// How long a tile variant takes, roughly: its tiles over the multiprocessors, or the weights through the memory, whichever is
/// longer, and a part of the other, since they never overlap fully. Good for an order, not for a forecast.
/// </summary>
internal sealed class VariantCosts(CudaContext context, int operandBytes)
{
    // 16-bit operands; with 8-bit ones an instruction takes twice the depth in the same time. Teraflops a multiprocessor at 1980 MHz, all blocks resident, taken on an H200 by TileM x TileN (docs/performance.md).
    private const double ReferenceKilohertz = 1_980_000;

    // Of what clock and bus width promise.
    private const double ReachableBandwidth = 0.88;

    // The part of the shorter of computing and loading that is not hidden behind the longer.
    private const double Exposed = 0.25;

    // Rate of a block that is alone on its multiprocessor, of what the resident blocks reach together.
    private const double LoneRate = 0.5;

    // Tiles that an expert's last one costs more than its rows, on average, once the rows fill more than one tile.
    private const double WastedTiles = 0.345;

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

    /// <summary>Both GEMMs.</summary>
    public double Microseconds(GemmVariant variant, MoeShape shape, bool gated, long slots, double active)
    {
        double rows = slots / active;
        double tiles = active * (rows <= variant.TileM ? 1 : (rows / variant.TileM) + WastedTiles);
        return Gemm(variant, tiles, shape.Fc1Rows(gated), shape.HiddenSize, active) + Gemm(variant, tiles, shape.HiddenSize, shape.IntermediateSize, active);
    }

    /// <summary>Logarithm to base 2 of the parts that GEMM2 divides its depth into.</summary>
    public int LogSplits(GemmVariant variant, MoeShape shape, long slots)
    {
        // About half of the experts have a tile more than their mean rows fill, if only one of few rows.
        double active = ActiveExperts(shape.NumExperts, slots);
        double tiles = active * Math.Max(1, (slots / active / variant.TileM) + 0.5) * ((shape.HiddenSize + variant.TileN - 1) / variant.TileN);
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

    private double Gemm(GemmVariant variant, double rowTiles, long columns, long depth, double active)
    {
        double tiles = rowTiles * ((columns + variant.TileN - 1) / variant.TileN);
        int blocks = variant.MinBlocksPerSm;
        double fullWaves = Math.Floor(tiles / (context.MultiprocessorCount * blocks));
        double restBlocks = Math.Ceiling((tiles / context.MultiprocessorCount) - (fullWaves * blocks));
        double rate = TeraflopsPerMultiprocessor(variant) * (2.0 / operandBytes) * _clock * 1e6;
        double block = 2.0 * variant.TileM * variant.TileN * depth / rate;
        double compute = block * ((fullWaves * blocks) + (restBlocks / (LoneRate + ((1 - LoneRate) * restBlocks / blocks))));
        double memory = active * columns * depth * operandBytes / _bandwidth * 1e6;
        return Math.Max(compute, memory) + (Exposed * Math.Min(compute, memory));
    }

    private static double TeraflopsPerMultiprocessor(GemmVariant variant) => (variant.TileM, variant.TileN) switch
    {
        (16, _) => 1.15,
        (32, _) => 1.92,
        (64, < 256) => 2.84,
        (64, _) => 2.29,
        (_, < 256) => 3.71,
        _ => 3.84,
    };
}
