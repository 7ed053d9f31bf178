namespace MoeGen.Benchmarks;

/// <summary>One timed point: a shape, T, a routing and a layer.</summary>
/// <param name="Model">Sizes.</param>
/// <param name="Tokens">T.</param>
/// <param name="Routing">How experts were chosen.</param>
/// <param name="Layer">ladder, pinned or cublas.</param>
/// <param name="Variant">What ran.</param>
/// <param name="Microseconds">A layer, on the device.</param>
/// <param name="ExpertsTouched">Mean over the replayed routings.</param>
/// <param name="FloorMicroseconds">See <see cref="MachineLimits.FloorMicroseconds"/>.</param>
/// <param name="Stages">Null where the layer cannot be captured.</param>
/// <param name="Host">The host's part.</param>
public sealed record LayerRow(
    ModelShape Model,
    int Tokens,
    RoutingPattern Routing,
    string Layer,
    string Variant,
    Spread Microseconds,
    double ExpertsTouched,
    double FloorMicroseconds,
    StageTimes? Stages,
    HostTimes Host)
{
    /// <summary>TFLOP/s reached.</summary>
    public double Teraflops => Model.Flops(Tokens) / Microseconds.Median / 1e6;

    /// <summary>TB/s reached, of the bytes that must move.</summary>
    public double TerabytesPerSecond => Model.Bytes(Tokens, ExpertsTouched, OperandFormat.Of(Layer)) / Microseconds.Median / 1e6;

    /// <summary>Median over floor.</summary>
    public double TimesFloor => Microseconds.Median / FloorMicroseconds;
}
