namespace MoeGen;

/// <summary>Where a call's expert ids and scales are.</summary>
internal readonly struct CudaSlots
{
    /// <summary>int32 [T * K].</summary>
    public required DevicePointer<int> Experts { get; init; }

    /// <summary>fp32 [T * K]; null means 1.</summary>
    public required DevicePointer<float> FinalScales { get; init; }

    /// <summary>fp32 [T * K]; null where routing does not scale the input.</summary>
    public DevicePointer<float> InputScales { get; init; }
}
