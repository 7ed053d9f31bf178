using System.Runtime.CompilerServices;

namespace MoeGen.Checkpoints;

/// <summary>[rows, columns] of F8_E4M3, with a factor for each block of rows and columns: [rows / block, columns / block], rounded up.</summary>
internal sealed class Fp8BlockMatrix(
    SafetensorsCheckpoint tensors, SafetensorsTensor tensor, StoredMatrix factors, int blockRows, int blockColumns, int rows, int columns)
    : StoredMatrix(tensor, rows, columns)
{
    private const int Chunk = 1024;

    // Mapped at a time: the file's reader counts in 31 bits.
    private const int MaxBytes = 1 << 30;

    public override bool IsStoredAs<T>() => false;

    [SkipLocalsInit]
    public override void Read<T>(int firstRow, int rows, int firstColumn, int columns, Span<T> destination, int stride)
    {
        var rowFactors = new float[factors.Columns];
        Span<float> values = stackalloc float[Chunk];
        int loaded = -1;
        ReadOnlySpan<byte> mapped = default;
        int step = Math.Max(1, MaxBytes / Columns);
        for (int row = 0; row < rows; row++)
        {
            if (row % step == 0)
            {
                int count = Math.Min(step, rows - row);
                mapped = tensors.GetBytes(Tensor.Name, (long)(firstRow + row) * Columns, count * Columns).Span;
            }

            int block = (firstRow + row) / blockRows;
            if (block != loaded)
            {
                factors.Read<float>(block, 1, 0, factors.Columns, rowFactors, factors.Columns);
                loaded = block;
            }

            ReadOnlySpan<byte> stored = mapped.Slice((row % step * Columns) + firstColumn, columns);
            Span<T> to = destination.Slice(row * stride, columns);
            for (int column = 0; column < columns; column += Chunk)
            {
                int length = Math.Min(Chunk, columns - column);
                DecodeChunk(stored.Slice(column, length), rowFactors, firstColumn + column, values);
                ElementConversion.Narrow<T, float>(values[..length], to.Slice(column, length));
            }
        }
    }

    private void DecodeChunk(ReadOnlySpan<byte> stored, float[] rowFactors, int firstColumn, Span<float> values)
    {
        for (int column = 0; column < stored.Length;)
        {
            (int factor, int offset) = Math.DivRem(firstColumn + column, blockColumns);
            int length = Math.Min(stored.Length - column, blockColumns - offset);
            Fp8Elements.Decode(stored.Slice(column, length), rowFactors[factor], values[column..]);
            column += length;
        }
    }
}
