namespace MoeGen.Checkpoints;

/// <summary>[rows, columns] of BF16, F16 or F32, row-major, at an offset of a tensor.</summary>
internal sealed class PlainMatrix(SafetensorsCheckpoint tensors, SafetensorsTensor tensor, long firstElement, int rows, int columns)
    : StoredMatrix(tensor, rows, columns)
{
    // Mapped at a time: the file's reader counts in 31 bits.
    private const int MaxBytes = 1 << 30;

    private readonly int _elementBytes = tensor.Dtype.Bits() / 8;

    public override bool IsStoredAs<T>() => Tensor.Dtype.IsReadableAs<T>();

    public override ReadOnlyMemory<T> Map<T>(int firstRow, int rows)
    {
        long bytes = (long)rows * Columns * _elementBytes;
        return IsStoredAs<T>() && bytes <= MaxBytes
            ? tensors.GetElements<T>(Tensor.Name, firstElement + ((long)firstRow * Columns), rows * Columns)
            : default;
    }

    public override void Read<T>(int firstRow, int rows, int firstColumn, int columns, Span<T> destination, int stride)
    {
        bool isWhole = columns == Columns && stride == Columns;
        int step = isWhole ? (int)Math.Clamp(MaxBytes / ((long)Columns * _elementBytes), 1, Math.Max(rows, 1)) : 1;
        for (int row = 0; row < rows; row += step)
        {
            int count = Math.Min(step, rows - row);
            long first = firstElement + ((long)(firstRow + row) * Columns) + firstColumn;
            int length = isWhole ? count * Columns : columns;
            ReadOnlySpan<byte> stored = tensors.GetBytes(Tensor.Name, first * _elementBytes, checked(length * _elementBytes)).Span;
            StoredElements.Convert(Tensor.Dtype, stored, destination.Slice(row * stride, length));
        }
    }
}
