using System.Buffers;

namespace MoeGen.Checkpoints;

/// <summary>[rows, columns] of integers in some packing, with scales and perhaps zero points: <c>scale * (code - zero point)</c>.</summary>
internal abstract class IntegerMatrix(SafetensorsTensor tensor, StoredMatrix scales, PackedZeroPoints? zeroPoints, IntegerScheme scheme, int rows, int columns)
    : StoredMatrix(tensor, rows, columns), ICodedMatrix
{
    private const int RowsAtOnce = 128;

    private readonly int _groups = columns / scheme.GroupOf(columns);

    public WeightFormat Format => scheme.Bits == 8 ? WeightFormat.Int8PerChannel : WeightFormat.Int4Group;

    public int StoredGroup { get; } = scheme.GroupOf(columns);

    public bool HasZeroPoints => scheme.HasZeroPoints;

    /// <summary>The calibrated scale of what the matrix is multiplied with; null where it has none.</summary>
    public StoredMatrix? InputScale { get; init; }

    /// <summary>[columns], multiplied into what is read as elements of a layer; empty for 1.</summary>
    public float[] ColumnFactors { get; set; } = [];

    public override int BitsPerElement => scheme.Bits;

    public override bool IsStoredAs<T>() => false;

    public abstract void ReadCodes(int firstRow, int rows, int firstColumn, int columns, Span<byte> destination, int stride);

    public void ReadScales(int firstRow, int rows, Span<float> destination) => scales.Read(firstRow, rows, 0, _groups, destination, _groups);

    public void ReadZeroPoints(int firstRow, int rows, Span<byte> destination)
    {
        if (zeroPoints is null)
        {
            destination[..(rows * _groups)].Fill(IntegerElements.MiddleOfFour);
        }
        else
        {
            zeroPoints.Read(firstRow, rows, destination);
        }
    }

    public override void Read<T>(int firstRow, int rows, int firstColumn, int columns, Span<T> destination, int stride)
    {
        int codeStride = columns * scheme.Bits / 8;
        int step = Math.Min(rows, RowsAtOnce);
        byte[] codes = ArrayPool<byte>.Shared.Rent(step * codeStride);
        byte[] zeros = ArrayPool<byte>.Shared.Rent(step * _groups);
        float[] rowScales = ArrayPool<float>.Shared.Rent(step * _groups);
        float[] values = ArrayPool<float>.Shared.Rent(columns);
        for (int row = 0; row < rows; row += step)
        {
            int count = Math.Min(step, rows - row);
            ReadCodes(firstRow + row, count, firstColumn, columns, codes, codeStride);
            ReadScales(firstRow + row, count, rowScales);
            ReadZeroPoints(firstRow + row, count, zeros);
            for (int r = 0; r < count; r++)
            {
                var groups = new IntegerElements.Groups(rowScales.AsSpan(r * _groups, _groups), zeros.AsSpan(r * _groups, _groups), StoredGroup);
                IntegerElements.Decode(codes.AsSpan(r * codeStride, codeStride), groups, firstColumn, values.AsSpan(0, columns));
                for (int column = 0; column < columns && ColumnFactors.Length > 0; column++)
                {
                    values[column] *= ColumnFactors[firstColumn + column];
                }

                ElementConversion.Narrow<T, float>(values.AsSpan(0, columns), destination.Slice((row + r) * stride, columns));
            }
        }

        ArrayPool<byte>.Shared.Return(codes);
        ArrayPool<byte>.Shared.Return(zeros);
        ArrayPool<float>.Shared.Return(rowScales);
        ArrayPool<float>.Shared.Return(values);
    }
}
