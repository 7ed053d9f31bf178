namespace MoeGen;

/// <summary>Tokens of a calibration, routed, with the output of the layer that is not quantised.</summary>
/// <param name="Input">[T, H].</param>
/// <param name="Ids">[T, K].</param>
/// <param name="Scales">[T, K]; empty means 1.</param>
/// <param name="TopK">K.</param>
/// <param name="InputScaledSlots">Leading slots whose scale belongs to the input.</param>
/// <param name="Output">[T, H].</param>
internal sealed record SampleBatch<T>(T[] Input, int[] Ids, float[] Scales, int TopK, int InputScaledSlots, double[] Output)
    where T : unmanaged;
