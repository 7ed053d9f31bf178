namespace MoeGen.Checkpoints;

/// <summary>Reads an expert's matrix from its parts, one above the other; where a part has nothing stored, weights are 0.</summary>
internal static class CodedExpert
{
    public static QuantizedMatrix Read(ExpertScheme scheme, ReadOnlySpan<MatrixPart> parts)
    {
        int columns = parts[0].Columns;
        int rows = 0;
        foreach (MatrixPart part in parts)
        {
            rows += part.Rows;
        }

        int group = scheme.GroupSize == 0 ? columns : scheme.GroupSize;
        int stride = scheme.Format == WeightFormat.Int8PerChannel ? columns : columns / 2;
        var codes = new byte[checked(rows * stride)];
        var scales = new float[rows * (columns / group)];
        byte[] zeros = scheme.HasZeroPoints ? new byte[scales.Length] : [];
        if (scheme.Format == WeightFormat.Int4Group)
        {
            // Where nothing is stored; there the scale is 0 as well.
            codes.AsSpan().Fill(IntegerElements.MiddleOfFour * 0x11);
            zeros.AsSpan().Fill(IntegerElements.MiddleOfFour);
        }

        int row = 0;
        foreach (MatrixPart part in parts)
        {
            ((ICodedMatrix)part.Source).ReadCodes(part.FirstRow, part.StoredRows, part.FirstColumn, part.StoredColumns, codes.AsSpan(row * stride), stride);
            ReadGroups(part, group, columns / group, scales.AsSpan(row * (columns / group)), zeros.Length == 0 ? [] : zeros.AsSpan(row * (columns / group)));
            row += part.Rows;
        }

        return scheme.Format switch
        {
            WeightFormat.Int8PerChannel => QuantizedMatrix.Int8(rows, columns, codes, scales),
            WeightFormat.Int4Group => QuantizedMatrix.Int4(rows, columns, group, codes, scales, zeros),
            _ => QuantizedMatrix.Mxfp4(rows, columns, codes, scales),
        };
    }

    // A group here is a part of the stored one that holds it.
    private static void ReadGroups(MatrixPart part, int group, int groups, Span<float> scales, Span<byte> zeros)
    {
        var source = (ICodedMatrix)part.Source;
        int storedGroups = part.Source.Columns / source.StoredGroup;
        var storedScales = new float[storedGroups];
        var storedZeros = new byte[storedGroups];
        for (int row = 0; row < part.StoredRows; row++)
        {
            source.ReadScales(part.FirstRow + row, 1, storedScales);
            if (!zeros.IsEmpty)
            {
                source.ReadZeroPoints(part.FirstRow + row, 1, storedZeros);
            }

            for (int i = 0; i < groups && i * group < part.StoredColumns; i++)
            {
                int stored = (part.FirstColumn + (i * group)) / source.StoredGroup;
                scales[(row * groups) + i] = storedScales[stored];
                if (!zeros.IsEmpty)
                {
                    zeros[(row * groups) + i] = storedZeros[stored];
                }
            }
        }
    }
}
