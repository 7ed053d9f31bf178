namespace MoeGen;

/// <summary>The device pointers of a layer's weights, checked; what the pipeline reads of them.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
internal readonly record struct CudaWeights<T>
    where T : unmanaged
{
    public required MoeShape Shape { get; init; }

    public required Fc1RowMap Fc1Rows { get; init; }

    public required LocalExpertArguments LocalExperts { get; init; }

    /// <summary>Experts of all devices together: the width of router logits.</summary>
    public required int NumGlobalExperts { get; init; }

    /// <summary>Values, or codes where the weights are quantised.</summary>
    public DevicePointer<T> Fc1ExpertWeights { get; init; }

    public DevicePointer<T> Fc2ExpertWeights { get; init; }

    /// <summary>Null means none, as for all that follow.</summary>
    public DevicePointer<T> Fc1ExpertBiases { get; init; }

    public DevicePointer<T> Fc2ExpertBiases { get; init; }

    public DevicePointer<float> SwigluAlpha { get; init; }

    public DevicePointer<float> SwigluBeta { get; init; }

    public DevicePointer<float> SwigluLimit { get; init; }

    /// <summary>Where the weights are quantised, as all that follow.</summary>
    public DevicePointer<byte> Fc1Scales { get; init; }

    public DevicePointer<byte> Fc2Scales { get; init; }

    public DevicePointer<byte> Fc1ZeroPoints { get; init; }

    public DevicePointer<byte> Fc2ZeroPoints { get; init; }

    public DevicePointer<float> InputFactors { get; init; }

    public DevicePointer<float> InputScale { get; init; }

    public DevicePointer<float> ActivatedScales { get; init; }
}
