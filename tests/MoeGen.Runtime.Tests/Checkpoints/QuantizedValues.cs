namespace MoeGen.Tests;

/// <summary>What a quantised matrix stands for, by its definition.</summary>
internal static class QuantizedValues
{
    public static float[] Of(QuantizedMatrix matrix)
    {
        var values = new float[matrix.Rows * matrix.Columns];
        for (int i = 0; i < values.Length; i++)
        {
            int group = i / matrix.GroupSize;
            int nibble = (matrix.Codes.Span[matrix.Format == WeightFormat.Int8PerChannel ? i : i / 2] >> (4 * (i % 2))) & 15;
            int zero = matrix.ZeroPoints.IsEmpty ? 8 : matrix.ZeroPoints.Span[group];
            values[i] = matrix.Scales.Span[group] * matrix.Format switch
            {
                WeightFormat.Int8PerChannel => matrix.Int8Codes[i],
                WeightFormat.Int4Group => nibble - zero,
                _ => Mxfp4Writer.Value(nibble),
            };
        }

        return values;
    }
}
