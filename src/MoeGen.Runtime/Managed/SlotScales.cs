namespace MoeGen;

/// <summary>Which scales belong to the experts' inputs and which to their outputs.</summary>
internal static class SlotScales
{
    /// <summary>Leading slots of a token whose scale belongs to the expert's input.</summary>
    public static int InputScaledSlots(RoutingMethod routing, int topK) => routing == RoutingMethod.TopKSigmoidInput ? topK : 0;

    /// <summary>One array of each kind, 1 where a slot's scale is of the other; none where all belong to the outputs.</summary>
    /// <param name="scales">[T, K].</param>
    /// <param name="slotsPerToken">K.</param>
    /// <param name="inputScaled">Leading slots of each token.</param>
    public static (float[]? Input, float[]? Output) Split(ReadOnlySpan<float> scales, int slotsPerToken, int inputScaled)
    {
        if (inputScaled == 0 || scales.IsEmpty)
        {
            return (null, null);
        }

        var input = new float[scales.Length];
        var output = new float[scales.Length];
        for (int slot = 0; slot < scales.Length; slot++)
        {
            bool isInput = slot % slotsPerToken < inputScaled;
            input[slot] = isInput ? scales[slot] : 1;
            output[slot] = isInput ? 1 : scales[slot];
        }

        return (input, output);
    }
}
