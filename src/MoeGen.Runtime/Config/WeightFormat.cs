namespace MoeGen;

/// <summary>How the experts' weights are stored. Codes and scales are in <see cref="QuantizedMatrix"/>.</summary>
public enum WeightFormat
{
    /// <summary>In the layer's element type.</summary>
    SameAsDtype = 0,

    /// <summary>8-bit integers, of which this library makes -127 to 127, with an fp32 scale for each output channel (weight row).</summary>
    Int8PerChannel = 1,

    /// <summary>4-bit integers with a scale, and optionally a zero point, for each group of 32, 64 or 128 elements along a row.</summary>
    Int4Group = 2,

    /// <summary>4-bit floats (E2M1) with a power of two as the scale of each 32 elements along a row: OCP MXFP4.</summary>
    Mxfp4 = 3,
}
