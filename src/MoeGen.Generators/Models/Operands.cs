namespace MoeGen.Generators.Models;

/// <summary>What the tensor cores multiply.</summary>
/// <param name="Bytes">Bytes of an element of both operands in shared memory.</param>
/// <param name="AreDecoded">Whether B comes from codes, which wait in registers until they are decoded.</param>
internal readonly record struct Operands(int Bytes, bool AreDecoded = false)
{
    /// <summary>16-bit elements.</summary>
    public static Operands Elements { get; } = new(2);
}
