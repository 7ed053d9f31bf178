using System.Numerics;
using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Sums over one group, a whole number of vectors long.</summary>
internal static class GroupMath
{
    /// <summary>The sum of <c>importance * (weight - scale * code)^2</c>.</summary>
    public static float Error<TGrid>(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float scale, TGrid grid)
        where TGrid : struct, ICodeGrid
    {
        float inverse = 1 / scale;
        Vector<float> sum = default;
        for (int i = 0; i < weights.Length; i += Vector<float>.Count)
        {
            Vector<float> weight = Load(weights, i);
            Vector<float> difference = weight - (grid.Snap(weight * inverse) * scale);
            sum += difference * difference * Load(importance, i);
        }

        return Vector.Sum(sum);
    }

    /// <summary>
    /// The scale with the smallest error for the codes that <paramref name="scale"/> gives, of the same sign; that scale itself where all codes are zero.
    /// </summary>
    public static float LeastSquares<TGrid>(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float scale, TGrid grid)
        where TGrid : struct, ICodeGrid
    {
        float inverse = 1 / scale;
        Vector<float> products = default;
        Vector<float> squares = default;
        for (int i = 0; i < weights.Length; i += Vector<float>.Count)
        {
            Vector<float> weight = Load(weights, i);
            Vector<float> code = grid.Snap(weight * inverse);
            products += weight * code * Load(importance, i);
            squares += code * code * Load(importance, i);
        }

        float best = Vector.Sum(products) / Vector.Sum(squares);
        return best != 0 && float.IsFinite(best) ? best : scale;
    }

    /// <summary>The numbers of the grid that stand for the weights.</summary>
    public static void Snap<TGrid>(ReadOnlySpan<float> weights, float scale, TGrid grid, Span<float> snapped)
        where TGrid : struct, ICodeGrid
    {
        float inverse = 1 / scale;
        for (int i = 0; i < weights.Length; i += Vector<float>.Count)
        {
            grid.Snap(Load(weights, i) * inverse).CopyTo(snapped[i..]);
        }
    }

    private static Vector<float> Load(ReadOnlySpan<float> values, int i) => Vector.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i);
}
