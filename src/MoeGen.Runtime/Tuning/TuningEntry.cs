namespace MoeGen;

/// <summary>What was measured for one layer on one device. It holds for the same text on the same architecture with as many multiprocessors.</summary>
public sealed record TuningEntry
{
    /// <summary>Full name of the class, for the reader.</summary>
    public required string Layer { get; init; }

    /// <summary>The device's name, for the reader.</summary>
    public required string Device { get; init; }

    /// <summary>Compute capability of the device, for instance <c>9.0</c>.</summary>
    public required string ComputeCapability { get; init; }

    /// <summary>Multiprocessors (SMs) of the device.</summary>
    public required int MultiprocessorCount { get; init; }

    /// <summary>SHA-256 of the class's CUDA text in lower-case hex: of types, activation, tiles and kernels.</summary>
    public required string TextHash { get; init; }

    /// <summary>E.</summary>
    public required int NumExperts { get; init; }

    /// <summary>K.</summary>
    public required int TopK { get; init; }

    /// <summary>H.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>I.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>By growing T, each T once.</summary>
    public required IReadOnlyList<TuningPoint> Points { get; init; }

    /// <summary>Whether the other entry says what this one says, perhaps differently.</summary>
    internal bool IsAbout(TuningEntry other) =>
        (ComputeCapability, MultiprocessorCount, TextHash, NumExperts, TopK, HiddenSize, IntermediateSize)
        == (other.ComputeCapability, other.MultiprocessorCount, other.TextHash, other.NumExperts, other.TopK, other.HiddenSize, other.IntermediateSize);
}
