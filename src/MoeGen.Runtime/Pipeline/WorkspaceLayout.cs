namespace MoeGen;

/// <summary>
/// The regions of one call's workspace, each aligned to 256 bytes, and its exact size. With the generated GEMMs
/// no region holds gate and up values: the activation is fused into GEMM1.
/// </summary>
internal readonly struct WorkspaceLayout
{
    /// <summary>
    /// Bytes at the beginning of every workspace that are zero between calls: counters, and words that blocks pass on, which each kernel that uses them
    /// leaves as they were. At the same place in every layout, since calls of other sizes share the memory.
    /// </summary>
    internal const int CounterBytes = (int)PassedWords + (MaxDecodeBlocks * MaxSharedTileTokens * PartBytes);

    /// <summary>Blocks of the decode kernel that may pass sums on.</summary>
    internal const int MaxDecodeBlocks = 320;

    /// <summary>Tokens of a call in which they do.</summary>
    internal const int MaxSharedTileTokens = 16;

    private const long Alignment = 256;

    // Behind the counters: the choices of experts, or the decode kernel's sums of 16 columns of each token.
    private const long PassedWords = 2 * Alignment;
    private const int PartBytes = 16 * sizeof(float);

    // Whole stages of every variant.
    private const int SplitGranularity = 128;
    private const int TargetChunks = 256;
    private const int ChunkGranularity = 256;
    private const int MinSlotsPerChunk = 1024;

    internal WorkspaceLayout(MoeShape shape, int numTokens, int topK, TileHeights tiles, int elementBytes, MoeDescriptor descriptor, int logSplits = 0)
    {
        long slots = (long)numTokens * topK;
        NumSlots = checked((int)slots);
        SlotsPerChunk = slots <= RouterStages.MaxSlotsOfOneBlock
            ? RouterStages.MaxSlotsOfOneBlock
            : (int)Math.Clamp(RoundUp((slots + TargetChunks - 1) / TargetChunks, ChunkGranularity), MinSlotsPerChunk, RouterStages.MaxSlotsOfOneBlock);
        NumChunks = (int)((slots + SlotsPerChunk - 1) / SlotsPerChunk);
        Tiles = tiles;
        MaxTiles = Most(tiles.Gemm1);
        MaxGemm2Tiles = tiles.Differ ? Most(tiles.Gemm2) : 0;

        long end = CounterBytes;
        ChunkCounts = Take(ref end, (long)NumChunks * shape.NumExperts * sizeof(int));
        ExpertOffsets = Take(ref end, (shape.NumExperts + 1L) * sizeof(int));
        TileStarts = Take(ref end, (shape.NumExperts + 1L) * sizeof(int));
        TileExperts = Take(ref end, MaxTiles * sizeof(int));
        Gemm2TileStarts = tiles.Differ ? Take(ref end, (shape.NumExperts + 1L) * sizeof(int)) : TileStarts;
        Gemm2TileExperts = tiles.Differ ? Take(ref end, MaxGemm2Tiles * sizeof(int)) : TileExperts;
        DrawnTiles = Take(ref end, (2L + shape.NumExperts) * sizeof(int));
        SortedSlots = Take(ref end, slots * sizeof(int));
        bool routes = descriptor.Routing != RoutingMethod.Preselected;
        SelectedExperts = Take(ref end, routes ? slots * sizeof(int) : 0);
        FinalScales = Take(ref end, routes ? slots * sizeof(float) : 0);
        InputScales = Take(ref end, descriptor.ScalesInput ? slots * sizeof(float) : 0);
        Activated = Take(ref end, slots * shape.IntermediateSize * elementBytes);
        Quantized = new QuantizedRegions(ref end, shape, numTokens, slots, descriptor);
        LogSplits = logSplits;
        SplitDepth = (int)RoundUp((shape.IntermediateSize + (1L << logSplits) - 1) >> logSplits, SplitGranularity);
        ExpertOutput = Take(ref end, logSplits > 0 ? 0 : slots * shape.HiddenSize * elementBytes);
        SplitSums = Take(ref end, logSplits > 0 ? (slots << logSplits) * shape.HiddenSize * sizeof(float) : 0);
        bool permutes = descriptor.Gemm != Gemm.TensorCore;
        SlotRows = Take(ref end, permutes ? slots * sizeof(int) : 0);
        Permuted = Take(ref end, permutes ? slots * shape.HiddenSize * elementBytes : 0);
        Products = Take(ref end, permutes ? slots * shape.Fc1Rows(descriptor.IsGated) * sizeof(float) : 0);
        TotalBytes = end;

        // Each expert with slots may fill its last tile in part.
        long Most(int tileM) => (slots / tileM) + Math.Min(shape.NumExperts, slots);
    }

    private WorkspaceLayout(MoeShape shape, int numTokens, int topK, int elementBytes, MoeDescriptor descriptor)
    {
        int slots = numTokens * topK;
        NumSlots = slots;
        long end = CounterBytes;
        bool routes = descriptor.Routing != RoutingMethod.Preselected;
        SelectedExperts = Take(ref end, routes ? slots * sizeof(int) : 0);
        FinalScales = Take(ref end, routes ? slots * sizeof(float) : 0);
        InputScales = Take(ref end, descriptor.ScalesInput ? slots * sizeof(float) : 0);
        Activated = Take(ref end, (long)slots * shape.IntermediateSize * elementBytes);
        Quantized = new QuantizedRegions(ref end, shape, numTokens, slots, descriptor);
        ZeroBytes = (int)PassedWords + (MaxDecodeBlocks * Math.Min(numTokens, MaxSharedTileTokens) * PartBytes);
        TotalBytes = end;
    }

    /// <summary>Counts the blocks that have begun to choose experts, where the last of them sorts; a counter.</summary>
    public static long BegunSelections => 0;

    /// <summary>uint32 [T * (K + S)]: the choices on their way to the block that sorts; zero between calls.</summary>
    public static long ChosenExperts => PassedWords;

    /// <summary>The decode kernel's two counters.</summary>
    public static long DecodeCounters => Alignment;

    /// <summary>uint32 [blocks, T, 16] for few tokens: sums on their way to the decode kernel's next block; zero between calls.</summary>
    public static long PartSums => PassedWords;

    /// <summary>The first bytes that this call's GEMMs need to be zero.</summary>
    internal int ZeroBytes { get; }

    /// <summary>The first bytes that a choice of experts with the sort needs to be zero.</summary>
    internal static int SelectionZeroBytes => (int)PassedWords + (RouterStages.MaxSlotsOfOneBlock * sizeof(uint));

    /// <summary>Bytes of the whole workspace.</summary>
    public long TotalBytes { get; }

    /// <summary>T * K.</summary>
    public int NumSlots { get; }

    /// <summary>Chunks of the counting sort's first and third pass.</summary>
    public int NumChunks { get; }

    /// <summary>Slots a chunk.</summary>
    public int SlotsPerChunk { get; }

    /// <summary>Rows of the M-tiles.</summary>
    public TileHeights Tiles { get; }

    /// <summary>Upper bound of the number of GEMM1's M-tiles.</summary>
    public long MaxTiles { get; }

    /// <summary>Upper bound of the number of GEMM2's M-tiles where they have a list of their own; else 0.</summary>
    public long MaxGemm2Tiles { get; }

    internal long ChunkCounts { get; }

    internal long ExpertOffsets { get; }

    internal long TileStarts { get; }

    internal long TileExperts { get; }

    internal long Gemm2TileStarts { get; }

    internal long Gemm2TileExperts { get; }

    internal long DrawnTiles { get; }

    /// <summary>Of each expert, behind the two of <see cref="DrawnTiles"/>.</summary>
    internal long FinishedTiles => DrawnTiles + (2 * sizeof(int));

    internal long SortedSlots { get; }

    internal long SelectedExperts { get; }

    internal long FinalScales { get; }

    /// <summary>Where routing scales the experts' input.</summary>
    internal long InputScales { get; }

    internal long Activated { get; }

    /// <summary>Where activations are quantised.</summary>
    internal QuantizedRegions Quantized { get; }

    /// <summary>Where GEMM2's depth is not divided.</summary>
    internal long ExpertOutput { get; }

    /// <summary>Logarithm to base 2 of the parts of GEMM2's depth.</summary>
    internal int LogSplits { get; }

    /// <summary>Elements of each part but the last.</summary>
    internal int SplitDepth { get; }

    /// <summary>Where there are several parts.</summary>
    internal long SplitSums { get; }

    /// <summary>Where <c>Gemm</c> is not <c>TensorCore</c>, as the next two.</summary>
    internal long SlotRows { get; }

    internal long Permuted { get; }

    internal long Products { get; }

    /// <summary>What the decode kernels need, which neither sort nor list tiles.</summary>
    internal static WorkspaceLayout ForDecode(MoeShape shape, int numTokens, int topK, int elementBytes, MoeDescriptor descriptor) =>
        new(shape, numTokens, topK, elementBytes, descriptor);

    /// <summary>Bytes that a region of so many takes.</summary>
    internal static long Aligned(long bytes) => RoundUp(bytes, Alignment);

    /// <summary>Begins a region at the end, which moves behind it.</summary>
    internal static long Take(ref long end, long bytes)
    {
        long begin = end;
        end = RoundUp(checked(end + bytes), Alignment);
        return begin;
    }

    private static long RoundUp(long value, long multiple) => (value + multiple - 1) / multiple * multiple;
}
