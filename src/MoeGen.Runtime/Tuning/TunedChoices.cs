using System.Security.Cryptography;

namespace MoeGen;

/// <summary>
/// The entries of a table that hold for one class on one device. Between two measured numbers of tokens, the nearer one by ratio
/// decides, the smaller at equal distance; outside what was measured, nothing does.
/// </summary>
internal sealed class TunedChoices
{
    private readonly Dictionary<(MoeShape, int TopK), (int NumTokens, int Variant)[]> _points = [];

    /// <param name="table">The table.</param>
    /// <param name="textHash">Of the class's text, as <see cref="Hash"/> has it.</param>
    /// <param name="context">The device.</param>
    /// <param name="selector">Knows the names of the variants that fit the device.</param>
    public TunedChoices(TuningTable table, string textHash, CudaContext context, VariantSelector selector)
    {
        var matches = new List<TuningMatch>();
        foreach (TuningEntry entry in table.Entries)
        {
            string ignored = Mismatch(entry, textHash, context, selector);
            matches.Add(new TuningMatch(entry, ignored));
            if (ignored.Length == 0)
            {
                _points.Add(
                    (new MoeShape(entry.NumExperts, entry.HiddenSize, entry.IntermediateSize), entry.TopK),
                    [.. entry.Points.Select(point => (point.NumTokens, selector.TryFind(point.Variant, out int index) ? index : -1))]);
            }
        }

        Matches = matches;
    }

    /// <summary>Each entry of the table, and why it is not used.</summary>
    public IReadOnlyList<TuningMatch> Matches { get; }

    /// <summary>SHA-256 of a class's text in lower-case hex.</summary>
    public static string Hash(ReadOnlySpan<byte> text) => Convert.ToHexStringLower(SHA256.HashData(text));

    /// <summary>The variant for a call; null where nothing was measured for it.</summary>
    /// <param name="selector">Knows what a variant can run: the decode kernels take few slots.</param>
    /// <param name="shape">E, H and I.</param>
    /// <param name="numTokens">T.</param>
    /// <param name="topK">K.</param>
    public int? Find(VariantSelector selector, MoeShape shape, int numTokens, int topK)
    {
        if (!_points.TryGetValue((shape, topK), out (int NumTokens, int Variant)[]? points) || numTokens < points[0].NumTokens || numTokens > points[^1].NumTokens)
        {
            return null;
        }

        int above = 0;
        while (points[above].NumTokens < numTokens)
        {
            above++;
        }

        int below = points[above].NumTokens == numTokens ? above : above - 1;
        bool takesBelow = (long)numTokens * numTokens <= (long)points[below].NumTokens * points[above].NumTokens;
        int chosen = points[takesBelow ? below : above].Variant;

        // Measured up to a smaller size only, the decode kernels may not take this one.
        int other = points[above].Variant;
        return selector.CanRun(chosen, numTokens, topK) ? chosen : selector.CanRun(other, numTokens, topK) ? other : null;
    }

    private static string Mismatch(TuningEntry entry, string textHash, CudaContext context, VariantSelector selector)
    {
        if (entry.TextHash != textHash)
        {
            return $"measured with another CUDA text of {entry.Layer} ({entry.TextHash[..12]}...; this class has {textHash[..12]}...)";
        }

        if (entry.ComputeCapability != context.ComputeCapability.ToString())
        {
            return $"measured on compute capability {entry.ComputeCapability}; this device has {context.ComputeCapability}";
        }

        if (entry.MultiprocessorCount != context.MultiprocessorCount)
        {
            return $"measured on {entry.MultiprocessorCount} multiprocessors; this device has {context.MultiprocessorCount}";
        }

        return entry.Points.FirstOrDefault(point => !selector.TryFind(point.Variant, out _)) is { } unknown
            ? $"names variant '{unknown.Variant}'; allowed here are {selector.AllowedNames}, and two tiles with a plus sign between"
            : "";
    }
}
