namespace MoeGen.Gpu.Tests;

/// <summary>Weights and inputs of grid cases as windows of one random pool, so that hundreds of cases cost little to make.</summary>
internal static class GridData<T>
    where T : unmanaged
{
    private const int PoolElements = 1 << 22;

    // Unit deviation, and the same scaled for sums over H and over I: scales are powers of two, so windows stay exact.
    private static readonly T[] Pool = Data<T>.Normal(new Random(77), PoolElements, 1);
    private static readonly Dictionary<double, T[]> Scaled = new() { [1] = Pool };

    public static MoeWeights<T> Weights(GridCase shape, Activation activation)
    {
        var sizes = new MoeShape(shape.E, shape.H, shape.I);
        bool gated = activation.IsGated();
        return new MoeWeights<T>(
            sizes,
            shape.LayoutFor(activation),
            Windows(shape.E, (int)sizes.Fc1ElementsPerExpert(gated), PowerOfTwo(1 / Math.Sqrt(shape.H))),
            Windows(shape.E, (int)sizes.Fc2ElementsPerExpert, PowerOfTwo(2 / Math.Sqrt(shape.I))))
        {
            Fc1ExpertBiases = shape.Fc1Bias ? Take(shape.E * sizes.Fc1Rows(gated), 0.5, 5) : default,
            Fc2ExpertBiases = shape.Fc2Bias ? Take(shape.E * shape.H, 0.5, 9) : default,
            SwigluAlpha = shape.Constants && activation.HasAlphaAndBeta() ? Range(shape.E, 1f, 2f) : default,
            SwigluBeta = shape.Constants && activation.HasAlphaAndBeta() ? Range(shape.E, -1f, 1f) : default,
            SwigluLimit = shape.Constants && activation.HasLimit() ? Range(shape.E, 0.5f, 3f) : default,
        };
    }

    public static T[] Input(GridCase shape) => Take(shape.T * shape.H, 1, shape.T).ToArray();

    private static ReadOnlyMemory<T>[] Windows(int count, int length, double scale) =>
        [.. Enumerable.Range(0, count).Select(index => Take(length, scale, (index * 8 * 1021) + 3))];

    /// <summary>A window that begins at a place of its own; windows longer than the pool are repeated.</summary>
    private static ReadOnlyMemory<T> Take(int length, double scale, int seed)
    {
        T[] pool = ScaledPool(scale);
        int start = (int)((uint)(seed * 2654435761L) % (PoolElements / 2));
        if (start + length <= PoolElements)
        {
            return pool.AsMemory(start, length);
        }

        var repeated = new T[length];
        for (int i = 0; i < length; i++)
        {
            repeated[i] = pool[(start + i) % PoolElements];
        }

        return repeated;
    }

    private static T[] ScaledPool(double scale)
    {
        lock (Scaled)
        {
            if (!Scaled.TryGetValue(scale, out T[]? pool))
            {
                var values = new float[PoolElements];
                ElementConversion.Widen<T, float>(Pool, values);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] *= (float)scale;
                }

                pool = new T[PoolElements];
                ElementConversion.Narrow<T, float>(values, pool);
                Scaled.Add(scale, pool);
            }

            return pool;
        }
    }

    private static double PowerOfTwo(double value) => Math.Pow(2, Math.Round(Math.Log2(value)));

    private static float[] Range(int count, float low, float high) =>
        [.. Enumerable.Range(0, count).Select(index => low + ((high - low) * ((index * 37 % 101) / 101f)))];
}
