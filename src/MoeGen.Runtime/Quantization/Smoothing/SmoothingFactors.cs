namespace MoeGen;

/// <summary>What activations are multiplied by before they are quantised; the weights that they meet are divided by it.</summary>
/// <param name="Input">[H], of all tokens; empty means 1.</param>
/// <param name="Activated">[E][I], of each expert's activated rows, powers of two that fc1's up rows carry; empty means 1.</param>
internal sealed record SmoothingFactors(float[] Input, float[][] Activated)
{
    public static SmoothingFactors None { get; } = new([], []);

    public bool IsNone => Input.Length == 0 && Activated.Length == 0;

    /// <summary>[I] of an expert; empty means 1.</summary>
    public float[] OfActivated(int expert) => Activated.Length == 0 ? [] : Activated[expert];

    /// <summary>Mean squares after the factors; empty where there are none to begin with.</summary>
    public static float[] Squared(ReadOnlySpan<float> meanSquares, float[] factors)
    {
        float[] squared = meanSquares.ToArray();
        for (int i = 0; i < squared.Length && factors.Length > 0; i++)
        {
            // Held within floats: a weight of the error needs no more.
            squared[i] = (float)Math.Min((double)squared[i] * factors[i] * factors[i], float.MaxValue);
        }

        return squared;
    }

    /// <summary>
    /// 1 / s with <c>s = activations^alpha / weights^(1 - alpha)</c>, the largest magnitude of each column (SmoothQuant), in proportion to the geometric mean of
    /// all s; 1 where a column of either is zero.
    /// </summary>
    public static float[] Balance(ReadOnlySpan<float> activations, ReadOnlySpan<float> weights, double alpha, bool powersOfTwo)
    {
        const double MostExponent = 12;
        var exponents = new double[activations.Length];
        int used = 0;
        double sum = 0;
        for (int i = 0; i < exponents.Length; i++)
        {
            bool isUsed = activations[i] > 0 && weights[i] > 0;
            exponents[i] = isUsed ? ((1 - alpha) * Math.Log2(weights[i])) - (alpha * Math.Log2(activations[i])) : double.NaN;
            used += isUsed ? 1 : 0;
            sum += isUsed ? exponents[i] : 0;
        }

        return Array.ConvertAll(exponents, exponent =>
        {
            double held = double.IsNaN(exponent) ? 0 : Math.Clamp(exponent - (sum / used), -MostExponent, MostExponent);
            return (float)Math.Pow(2, powersOfTwo ? Math.Round(held) : held);
        });
    }
}
