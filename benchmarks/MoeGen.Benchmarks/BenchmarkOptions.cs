namespace MoeGen.Benchmarks;

/// <summary>What a run does.</summary>
internal sealed record BenchmarkOptions
{
    public required IReadOnlyList<ModelShape> Models { get; init; }

    public required IReadOnlyList<int> Tokens { get; init; }

    public required IReadOnlyList<RoutingPattern> Routings { get; init; }

    /// <summary>ladder, pinned, cublas, or the name of a quantised format.</summary>
    public required string Layer { get; init; }

    /// <summary>What the layers multiply.</summary>
    public OperandFormat Format => OperandFormat.Of(Layer);

    /// <summary>The variant that every call runs; null: chosen for each call.</summary>
    public string? Variant { get; init; }

    /// <summary>Time every variant instead of the layer.</summary>
    public bool Choice { get; init; }

    /// <summary>Time routing alone instead of layers.</summary>
    public bool Routers { get; init; }

    /// <summary>Stated limits; null: the device's.</summary>
    public MachineLimits? Limits { get; init; }

    public string? Commit { get; init; }

    /// <summary>Where results are kept; null: only printed.</summary>
    public string? Folder { get; init; }

    /// <summary>The Python that runs rivals; null: none.</summary>
    public string? Python { get; init; }

    public IReadOnlyList<string> RivalNames { get; init; } = [];

    /// <summary>Seconds that each rival may take.</summary>
    public int RivalSeconds { get; init; }
}
