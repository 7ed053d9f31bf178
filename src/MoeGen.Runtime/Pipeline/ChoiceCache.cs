namespace MoeGen;

/// <summary>
/// The choices of one shape by T and K, in a table of fixed size: a later choice takes the place of an earlier one of the same slot.
/// No lock, no allocation; an entry is one word, so that it is read and written whole.
/// </summary>
internal sealed class ChoiceCache(MoeShape shape)
{
    // From the lowest bit: index + 1 of the variant, the reason, K, T.
    private const int ReasonShift = 16, TopKShift = 18, TokensShift = 32;
    private const int SlotBits = 11;

    private readonly ulong[] _slots = new ulong[1 << SlotBits];

    public MoeShape Shape => shape;

    public bool TryGet(int numTokens, int topK, out int variant, out VariantReason reason)
    {
        ulong entry = Volatile.Read(ref _slots[Slot(numTokens, topK)]);
        variant = (int)(entry & 0xFFFF) - 1;
        reason = (VariantReason)((entry >> ReasonShift) & 3);
        return variant >= 0 && (entry >> TopKShift) == Key(numTokens, topK);
    }

    public void Set(int numTokens, int topK, int variant, VariantReason reason) => Volatile.Write(
        ref _slots[Slot(numTokens, topK)],
        (uint)(variant + 1) | ((ulong)reason << ReasonShift) | (Key(numTokens, topK) << TopKShift));

    // K is at most 32 and T below 2^31.
    private static ulong Key(int numTokens, int topK) => ((ulong)numTokens << (TokensShift - TopKShift)) | (uint)topK;

    // Fibonacci hashing: the powers of two that calls like would meet in the low bits.
    private static uint Slot(int numTokens, int topK) => ((((uint)numTokens << 5) + (uint)topK) * 2654435769u) >> (32 - SlotBits);
}
