using System.Numerics;
using System.Numerics.Tensors;

namespace MoeGen;

/// <summary>Rows of a quantised matrix as a GEMM multiplies them, in the accumulator's type.</summary>
internal static class QuantizedRows
{
    /// <summary>Codes of 4 bits.</summary>
    public const int TableLength = 16;

    private static readonly float[] s_e2m1 = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    /// <summary>Int8PerChannel: the codes, whose sum the channel's scale multiplies later. Int4Group and Mxfp4: the weights, rounded to T.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rows">Whole rows; written.</param>
    public static void Load<T, TAcc>(QuantizedMatrix matrix, int firstRow, Span<TAcc> rows)
        where T : unmanaged
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        if (matrix.Format == WeightFormat.Int8PerChannel)
        {
            TensorPrimitives.ConvertTruncating<sbyte, TAcc>(matrix.Int8Codes.Slice(firstRow * matrix.Columns, rows.Length), rows);
            return;
        }

        // A group never crosses a row, and is even: whole bytes.
        int group = matrix.GroupSize;
        ReadOnlySpan<byte> codes = matrix.Codes.Span;
        Span<TAcc> table = stackalloc TAcc[TableLength];
        int first = firstRow * matrix.GroupsPerRow;
        for (int g = 0; g < rows.Length / group; g++)
        {
            FillTable<T, TAcc>(matrix, first + g, table);
            Decode(codes.Slice((int)((long)(first + g) * group / 2), group / 2), table, rows.Slice(g * group, group));
        }
    }

    /// <summary>
    /// The weight of each code of a group. Int4: the scale rounded to T, times code less zero point; MXFP4: the scale times the code's
    /// number; both rounded once to T, but for float, where the accumulator's precision stands.
    /// </summary>
    public static void FillTable<T, TAcc>(QuantizedMatrix matrix, int group, Span<TAcc> table)
        where T : unmanaged
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        bool isInteger = matrix.Format == WeightFormat.Int4Group;
        float stored = matrix.Scales.Span[group];
        TAcc scale = TAcc.CreateTruncating(isInteger ? ElementConversion.Round<T, float>(stored) : stored);
        int zero = !isInteger ? 0 : matrix.ZeroPoints.IsEmpty ? 8 : matrix.ZeroPoints.Span[group];
        for (int code = 0; code < TableLength; code++)
        {
            TAcc weight = scale * TAcc.CreateTruncating(isInteger ? code - zero : s_e2m1[code]);
            table[code] = typeof(T) == typeof(float) ? weight : ElementConversion.Round<T, TAcc>(weight);
        }
    }

    private static void Decode<TAcc>(ReadOnlySpan<byte> codes, ReadOnlySpan<TAcc> table, Span<TAcc> weights)
    {
        for (int i = 0; i < codes.Length; i++)
        {
            weights[2 * i] = table[codes[i] & 15];
            weights[(2 * i) + 1] = table[codes[i] >> 4];
        }
    }
}
