namespace MoeGen;

/// <summary>
/// Picks the GEMM variant of a call from its sizes, the device's properties and what was measured before: deterministic, without
/// measuring. Index <see cref="DecodeIndex"/> stands for the decode kernels. Thread-safe.
/// </summary>
internal sealed class VariantSelector
{
    // Beyond, several rows share each weight, and tiles multiply faster than the decode kernels.
    private const double MaxDecodeRows = 2.5;

    // A layer has one shape; kernels without weights may see several.
    private const int MaxShapes = 8;

    private readonly MoeDescriptor _descriptor;
    private readonly VariantCosts _costs;
    private readonly int[] _fitting;
    private readonly int? _forced;
    private ChoiceCache[] _caches = [];

    /// <param name="descriptor">The class's variants.</param>
    /// <param name="context">The device.</param>
    /// <param name="forced">Name of the one variant to take; null: by cost.</param>
    /// <param name="table">What was measured; null: nothing.</param>
    /// <param name="textHash">Of the class's text, where there is a table.</param>
    /// <exception cref="ArgumentException">There is no variant of that name, or it exceeds the device.</exception>
    public VariantSelector(MoeDescriptor descriptor, CudaContext context, string? forced, TuningTable? table = null, string textHash = "")
    {
        GpuArchitecture architecture = GpuArchitecture.For(context.ComputeCapability, context.SharedMemoryPerBlockOptin);
        _descriptor = descriptor;
        _costs = new VariantCosts(context);
        _fitting = [.. Enumerable.Range(0, descriptor.Variants.Count).Where(index => architecture.Fits(descriptor.Variants[index]))];
        _forced = forced is not null ? Find(forced, context)
            : descriptor.Variants.Count == 1 && !descriptor.Decodes ? 0
            : null;
        Candidates = _forced is { } only ? [only] : Allowed;
        Tuned = table is null ? null : new TunedChoices(table, textHash, context, Allowed.ToDictionary(index => At(index).Name));
    }

    /// <summary>The index that stands for the decode kernels: the one after the last variant.</summary>
    public int DecodeIndex => _descriptor.Variants.Count;

    /// <summary>What some call may run on this device.</summary>
    public IReadOnlyList<int> Candidates { get; }

    /// <summary>What was measured for this class on such a device; null where there is no table.</summary>
    public TunedChoices? Tuned { get; }

    private int[] Allowed => _descriptor.Decodes ? [.. _fitting, DecodeIndex] : _fitting;

    /// <summary>The variant at an index.</summary>
    public GemmVariant At(int index) => index == DecodeIndex ? GemmVariant.Decode : _descriptor.Variants[index];

    /// <summary>Whether a call is within what the variant can run.</summary>
    public bool CanRun(int index, int numTokens, int topK) => index != DecodeIndex || (long)numTokens * topK <= GemmVariant.MaxDecodeSlots;

    /// <summary>The index of a call's variant.</summary>
    /// <exception cref="InvalidOperationException">The options name the decode kernels, and the call has too many slots for them.</exception>
    public int Select(MoeShape shape, int numTokens, int topK) => Select(shape, numTokens, topK, out _);

    /// <summary>As <see cref="Select(MoeShape, int, int)"/>, with the reason.</summary>
    public int Select(MoeShape shape, int numTokens, int topK, out VariantReason reason)
    {
        reason = VariantReason.Named;
        if (_forced is { } forced)
        {
            return CanRun(forced, numTokens, topK)
                ? forced
                : throw new InvalidOperationException(
                    $"The options name variant decode; T * K = {(long)numTokens * topK} is beyond its {GemmVariant.MaxDecodeSlots} slots.");
        }

        ChoiceCache? cache = CacheOf(shape);
        if (cache is not null && cache.TryGet(numTokens, topK, out int known, out reason))
        {
            return known;
        }

        int index = Choose(shape, numTokens, topK, out reason);
        cache?.Set(numTokens, topK, index, reason);
        return index;
    }

    /// <summary>What the cost model takes, of all variants that fit.</summary>
    public int SelectByCost(MoeShape shape, int numTokens, int topK)
    {
        long slots = (long)numTokens * topK;
        double active = VariantCosts.ActiveExperts(shape.NumExperts, slots);
        if (_descriptor.Decodes && slots <= GemmVariant.MaxDecodeSlots && slots <= MaxDecodeRows * active)
        {
            return DecodeIndex;
        }

        int best = _fitting[0];
        double least = double.PositiveInfinity;
        foreach (int index in _fitting)
        {
            double cost = _costs.Microseconds(_descriptor.Variants[index], shape, _descriptor.IsGated, slots, active);
            if (cost < least)
            {
                (best, least) = (index, cost);
            }
        }

        return best;
    }

    private int Choose(MoeShape shape, int numTokens, int topK, out VariantReason reason)
    {
        if (Tuned?.Find(this, shape, numTokens, topK) is { } measured)
        {
            reason = VariantReason.Table;
            return measured;
        }

        reason = VariantReason.Model;
        return SelectByCost(shape, numTokens, topK);
    }

    private ChoiceCache? CacheOf(MoeShape shape)
    {
        ChoiceCache[] caches = Volatile.Read(ref _caches);
        foreach (ChoiceCache cache in caches)
        {
            if (cache.Shape == shape)
            {
                return cache;
            }
        }

        // Where another thread adds one at the same time, this one's is added by the next call.
        return caches.Length < MaxShapes ? Add(caches, new ChoiceCache(shape)) : null;
    }

    private ChoiceCache Add(ChoiceCache[] caches, ChoiceCache added)
    {
        Interlocked.CompareExchange(ref _caches, [.. caches, added], caches);
        return added;
    }

    private int Find(string variant, CudaContext context)
    {
        foreach (int index in Allowed)
        {
            if (At(index).Name == variant)
            {
                return index;
            }
        }

        throw new ArgumentException(
            $"{_descriptor.Name} has no variant '{variant}' on {context}; allowed are {string.Join(", ", Allowed.Select(index => At(index).Name))}.",
            nameof(variant));
    }
}
