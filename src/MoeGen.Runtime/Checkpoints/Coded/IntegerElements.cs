namespace MoeGen.Checkpoints;

/// <summary>Codes of a row as floats: <c>scale * (code - zero point)</c>, rounded once to fp32.</summary>
internal static class IntegerElements
{
    /// <summary>The zero point of 4 bits where none is stored.</summary>
    public const byte MiddleOfFour = 8;

    /// <summary>Decodes columns from <paramref name="firstColumn"/> on: a byte each, or two a byte where the codes are half as many.</summary>
    public static void Decode(ReadOnlySpan<byte> codes, Groups groups, int firstColumn, Span<float> values)
    {
        Span<float> table = stackalloc float[16];
        bool isFour = codes.Length < values.Length;
        for (int column = 0; column < values.Length;)
        {
            int group = (firstColumn + column) / groups.Size;
            int end = (int)Math.Min(values.Length, ((group + 1L) * groups.Size) - firstColumn);
            float scale = groups.Scales[group];
            if (isFour)
            {
                for (int code = 0; code < table.Length; code++)
                {
                    table[code] = scale * (code - groups.ZeroPoints[group]);
                }

                DecodeFour(codes[(column / 2)..(end / 2)], table, values[column..end]);
            }
            else
            {
                DecodeEight(codes[column..end], scale, values[column..end]);
            }

            column = end;
        }
    }

    private static void DecodeFour(ReadOnlySpan<byte> codes, ReadOnlySpan<float> table, Span<float> values)
    {
        for (int i = 0; i < codes.Length; i++)
        {
            values[2 * i] = table[codes[i] & 15];
            values[(2 * i) + 1] = table[codes[i] >> 4];
        }
    }

    private static void DecodeEight(ReadOnlySpan<byte> codes, float scale, Span<float> values)
    {
        for (int i = 0; i < codes.Length; i++)
        {
            values[i] = scale * (sbyte)codes[i];
        }
    }

    /// <summary>The scales and zero points of a row.</summary>
    public readonly ref struct Groups(ReadOnlySpan<float> scales, ReadOnlySpan<byte> zeroPoints, int size)
    {
        public ReadOnlySpan<float> Scales { get; } = scales;

        public ReadOnlySpan<byte> ZeroPoints { get; } = zeroPoints;

        /// <summary>Elements of a group.</summary>
        public int Size { get; } = size;
    }
}
