namespace MoeGen;

/// <summary>A GPU's compute capability, for instance 8.0 (A100), 8.9 (L40S), 9.0 (H100, H200).</summary>
/// <param name="Major">The generation.</param>
/// <param name="Minor">The variant within it, 0 to 9.</param>
public readonly record struct ComputeCapability(int Major, int Minor) : IComparable<ComputeCapability>
{
    /// <summary>The number in <c>sm_XY</c>: 10 x major + minor.</summary>
    public int Number => (Major * 10) + Minor;

    /// <summary>Orders by major, then minor.</summary>
    public int CompareTo(ComputeCapability other) => Number.CompareTo(other.Number);

    /// <summary>Whether <paramref name="left"/> is older.</summary>
    public static bool operator <(ComputeCapability left, ComputeCapability right) => left.Number < right.Number;

    /// <summary>Whether <paramref name="left"/> is newer.</summary>
    public static bool operator >(ComputeCapability left, ComputeCapability right) => left.Number > right.Number;

    /// <summary>Whether <paramref name="left"/> is older or the same.</summary>
    public static bool operator <=(ComputeCapability left, ComputeCapability right) => left.Number <= right.Number;

    /// <summary>Whether <paramref name="left"/> is newer or the same.</summary>
    public static bool operator >=(ComputeCapability left, ComputeCapability right) => left.Number >= right.Number;

    /// <summary>For instance <c>9.0</c>.</summary>
    public override string ToString() => $"{Major}.{Minor}";
}
