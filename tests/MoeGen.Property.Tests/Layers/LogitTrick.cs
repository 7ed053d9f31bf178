namespace MoeGen.Property.Tests;

/// <summary>Router logits that few models give.</summary>
public enum LogitTrick
{
    /// <summary>All the same.</summary>
    Ties,

    /// <summary>Zeros of both signs, which are the same too.</summary>
    SignedZeros,

    /// <summary>One is NaN.</summary>
    OneNaN,

    /// <summary>All are NaN.</summary>
    AllNaN,

    /// <summary>One is infinite.</summary>
    Infinity,

    /// <summary>One is minus infinity, probability 0.</summary>
    NegativeInfinity,

    /// <summary>All are minus infinity.</summary>
    AllNegativeInfinity,

    /// <summary>The largest and the smallest float.</summary>
    Extremes,
}
