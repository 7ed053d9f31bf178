namespace MoeGen;

/// <summary>Which parts of a class's text a variant needs.</summary>
internal sealed class VariantParts
{
    private const string CommonName = "stages";

    private readonly KernelPart[] _parts;

    public VariantParts(KernelParts parts, VariantSelector selector)
    {
        Common = parts.Find(CommonName) ?? parts.All.First();
        _parts = [.. Enumerable.Range(0, selector.DecodeIndex + 1).Select(index => parts.Find(selector.At(index).Name) ?? Common)];
        Runnable = [.. selector.Candidates.Reverse().Select(index => _parts[index]).Prepend(Common).Distinct()];
    }

    /// <summary>What every call runs; the whole text of a class with one tile.</summary>
    public KernelPart Common { get; }

    /// <summary>The parts that some call may need on this device; after the common one, those that compile longest come first.</summary>
    public IReadOnlyList<KernelPart> Runnable { get; }

    /// <summary>The part of a variant.</summary>
    public KernelPart this[int variant] => _parts[variant];
}
