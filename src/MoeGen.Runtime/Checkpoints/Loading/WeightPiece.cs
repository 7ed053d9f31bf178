using System.Runtime.CompilerServices;

namespace MoeGen.Checkpoints;

/// <summary>Rows of a matrix and where they go on the device.</summary>
/// <param name="Part">The matrix.</param>
/// <param name="FirstRow">First row.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Target">The buffer.</param>
/// <param name="Offset">Its element that the first one becomes.</param>
internal readonly record struct WeightPiece<T>(MatrixPart Part, int FirstRow, int Rows, DeviceBuffer<T> Target, long Offset)
    where T : unmanaged
{
    // Small enough for the caches, large enough for a copy to the device.
    private const int Bytes = 2 << 20;

    // Blocks of FP8 are as high: a piece that ends with them decodes by no table twice.
    private const int BlockRows = 128;

    /// <summary>Elements; those of one row, where it alone is longer than a piece.</summary>
    public int Length => checked(Rows * Part.Columns);

    /// <summary>Cuts a matrix into pieces that follow each other from <paramref name="offset"/> on.</summary>
    public static IEnumerable<WeightPiece<T>> Cut(MatrixPart part, DeviceBuffer<T> target, long offset)
    {
        int step = Math.Max(1, Bytes / Unsafe.SizeOf<T>() / part.Columns);
        step = step > BlockRows ? step / BlockRows * BlockRows : step;
        for (int row = 0; row < part.Rows; row += step)
        {
            int rows = Math.Min(step, part.Rows - row);
            yield return new WeightPiece<T>(part, row, rows, target, offset + ((long)row * part.Columns));
        }
    }

    /// <summary>The elements in the file, where they need no conversion; otherwise empty.</summary>
    public ReadOnlyMemory<T> Map() => Part.Map<T>(FirstRow, Rows);
}
