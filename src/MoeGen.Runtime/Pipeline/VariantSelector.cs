namespace MoeGen;

/// <summary>
/// Picks the GEMM variants of a call from its sizes, the device's properties and what was measured before: deterministic, without
/// measuring. A choice has an index: below <see cref="DecodeIndex"/> one variant for both GEMMs, then the decode kernels, beyond
/// them two variants. Thread-safe.
/// </summary>
internal sealed class VariantSelector
{
    // Beyond, several rows share each weight, and tiles multiply faster than the decode kernels.
    private const double MaxDecodeRows = 4.5;

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
        _costs = new VariantCosts(context, descriptor);
        _fitting = [.. Enumerable.Range(0, descriptor.Variants.Count).Where(index => architecture.Fits(descriptor.Variants[index]))];
        _forced = forced is not null ? Find(forced, context)
            : descriptor.Variants.Count == 1 && !descriptor.Decodes ? 0
            : null;
        Candidates = _forced is { } only ? [only] : Allowed;
        Tuned = table is null ? null : new TunedChoices(table, textHash, context, this);
    }

    /// <summary>The index that stands for the decode kernels: the one after the last variant.</summary>
    public int DecodeIndex => _descriptor.Variants.Count;

    /// <summary>The choices of one variant, and the decode kernels, that some call may run on this device.</summary>
    public IReadOnlyList<int> Candidates { get; }

    /// <summary>Names of the variants that fit this device.</summary>
    public string AllowedNames => string.Join(", ", Allowed.Select(NameOf));

    /// <summary>What was measured for this class on such a device; null where there is no table.</summary>
    public TunedChoices? Tuned { get; }

    private int[] Allowed => _descriptor.Decodes ? [.. _fitting, DecodeIndex] : _fitting;

    /// <summary>The choice at an index.</summary>
    public VariantChoice At(int index, VariantReason reason = VariantReason.Model)
    {
        (int gemm1, int gemm2) = Gemms(index);
        return new VariantChoice(Variant(gemm1), Variant(gemm2), reason);

        GemmVariant Variant(int gemm) => gemm == DecodeIndex ? GemmVariant.Decode : _descriptor.Variants[gemm];
    }

    /// <summary>Indices of the choice's variants in the descriptor; the decode kernels' own index where they are chosen.</summary>
    public (int Gemm1, int Gemm2) Gemms(int index) => index <= DecodeIndex ? (index, index) : Math.DivRem(index - DecodeIndex - 1, DecodeIndex);

    /// <summary>The index of a choice of two variants.</summary>
    public int IndexOf(int gemm1, int gemm2) => gemm1 == gemm2 ? gemm1 : DecodeIndex + 1 + (gemm1 * DecodeIndex) + gemm2;

    /// <summary>Name of the choice at an index.</summary>
    public string NameOf(int index) => At(index).Name;

    /// <summary>The index of a name, where this device can run what it names.</summary>
    public bool TryFind(string name, out int index)
    {
        int plus = name.IndexOf('+', StringComparison.Ordinal);
        int gemm1 = Array.FindIndex(Allowed, one => NameOf(one) == (plus < 0 ? name : name[..plus]));
        int gemm2 = plus < 0 ? gemm1 : Array.FindIndex(_fitting, one => NameOf(one) == name[(plus + 1)..]);
        bool isFound = gemm1 >= 0 && gemm2 >= 0 && (plus < 0 || gemm1 < _fitting.Length);
        index = isFound ? IndexOf(Allowed[gemm1], Allowed[gemm2]) : -1;
        return isFound;
    }

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

    /// <summary>
    /// What the cost model takes, of all variants that fit: one for both GEMMs. Two save less than the model errs by (docs/performance.md);
    /// measuring finds where they do.
    /// </summary>
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
            double cost = _costs.Of(_descriptor.Variants[index], shape, slots).Microseconds;
            if (cost < least)
            {
                (best, least) = (index, cost);
            }
        }

        return best;
    }

    /// <summary>
    /// Logarithm to base 2 of the parts that GEMM2's tiles divide their depth into: several where there are too few tiles to keep all
    /// multiprocessors busy to the end.
    /// </summary>
    public int LogSplits(int index, MoeShape shape, int numTokens, int topK)
    {
        int gemm2 = Gemms(index).Gemm2;
        return _descriptor.DividesDepth && gemm2 != DecodeIndex ? _costs.Of(_descriptor.Variants[gemm2], shape, (long)numTokens * topK).LogSplits : 0;
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
        return TryFind(variant, out int index)
            ? index
            : throw new ArgumentException(
                $"{_descriptor.Name} has no variant '{variant}' on {context}; allowed are {AllowedNames}, or two of the tiles with a plus sign between, GEMM1's first.",
                nameof(variant));
    }
}
