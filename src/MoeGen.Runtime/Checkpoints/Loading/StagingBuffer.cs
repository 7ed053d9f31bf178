using System.Runtime.CompilerServices;

namespace MoeGen.Checkpoints;

/// <summary>Host memory of bounded size, small enough for the caches of two cores, that rows are converted in, on several threads, before they are copied to the device.</summary>
internal sealed class StagingBuffer<T>
    where T : unmanaged
{
    private const int Bytes = 2 << 20;
    private const int MinElementsPerThread = 1 << 16;

    private T[] _elements = [];

    /// <summary>Rows that fit; one, where a row alone is longer.</summary>
    public static int RowsAtOnce(int columns) => Math.Max(1, Bytes / Unsafe.SizeOf<T>() / columns);

    /// <summary>Reads rows; what is returned is valid until the next call.</summary>
    public ReadOnlySpan<T> Read(MatrixPart part, int firstRow, int rows)
    {
        int length = checked(rows * part.Columns);
        if (_elements.Length < length)
        {
            _elements = GC.AllocateUninitializedArray<T>(length);
        }

        T[] elements = _elements;
        int pieces = (int)Math.Clamp((long)length / MinElementsPerThread, 1, Math.Min(rows, Environment.ProcessorCount));
        Parallel.For(0, pieces, piece =>
        {
            int first = (int)((long)rows * piece / pieces);
            int end = (int)((long)rows * (piece + 1) / pieces);
            part.Read<T>(firstRow + first, end - first, elements.AsSpan(first * part.Columns, (end - first) * part.Columns));
        });
        return elements.AsSpan(0, length);
    }
}
