namespace MoeGen;

/// <summary>Which parts of a class's text a variant needs.</summary>
internal sealed class VariantParts
{
    private const string CommonName = "stages";

    private readonly KernelPart[] _parts;
    private readonly VariantSelector _selector;

    public VariantParts(KernelParts parts, VariantSelector selector)
    {
        _selector = selector;
        Common = parts.Find(CommonName) ?? parts.All.First();
        _parts = [.. Enumerable.Range(0, selector.DecodeIndex + 1).Select(index => parts.Find(selector.NameOf(index)) ?? Common)];
        Runnable = [.. selector.Candidates.SelectMany(index => Of(index)).Reverse().Prepend(Common).Distinct()];
    }

    /// <summary>What every call runs; the whole of a text without parts.</summary>
    public KernelPart Common { get; }

    /// <summary>The parts that some call may need on this device; after the common one, those that compile longest come first.</summary>
    public IReadOnlyList<KernelPart> Runnable { get; }

    /// <summary>Whether all that a choice needs is loaded.</summary>
    public bool IsLoaded(int choice)
    {
        (int gemm1, int gemm2) = _selector.Gemms(choice);
        return _parts[gemm1].IsLoaded && _parts[gemm2].IsLoaded;
    }

    /// <summary>The parts of a choice: one, or two where GEMM2 has a tile of its own.</summary>
    public IEnumerable<KernelPart> Of(int choice)
    {
        (int gemm1, int gemm2) = _selector.Gemms(choice);
        return gemm1 == gemm2 ? [_parts[gemm1]] : [_parts[gemm1], _parts[gemm2]];
    }
}
