namespace MoeGen.KernelEmulator;

/// <summary>One mistake of a kernel, where it was seen first.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Kernel">Its name in the CUDA text.</param>
/// <param name="Block">Index of the block.</param>
/// <param name="Thread">Index of the thread in its block.</param>
/// <param name="Line">Line of the CUDA text, from 1; 0 where unknown.</param>
/// <param name="Count">How often it happened at that place.</param>
/// <param name="Detail">What was touched, where, and what is allowed.</param>
public sealed record EmulatorFault(FaultKind Kind, string Kernel, uint Block, uint Thread, int Line, int Count, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Kind} in {Kernel}, block {Block}, thread {Thread}, line {Line}: {Detail}" + (Count > 1 ? $" ({Count} times)" : "");
}
