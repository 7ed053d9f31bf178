using System.Runtime.CompilerServices;

namespace MoeGen.Checkpoints;

/// <summary>Decodes the same columns of rows of F8_E4M3 with a factor for each block, from top to bottom.</summary>
internal sealed class Fp8RowDecoder<T>(StoredMatrix factors, int blockRows, int blockColumns, bool pastCaches)
    where T : unmanaged
{
    private const int Chunk = 1024;

    // A table takes time and memory, and in smaller blocks more than it saves.
    private const int MinTableRows = 16;
    private const int MinTableColumns = 64;

    private readonly float[] _factors = new float[factors.Columns];
    private readonly byte[] _tables = Unsafe.SizeOf<T>() == 2 && blockRows >= MinTableRows && blockColumns >= MinTableColumns
        ? new byte[checked(factors.Columns * Fp8Codes.TableBytes)]
        : [];

    private int _block = -1;
    private bool _isByTables;

    /// <summary>Decodes a row's columns from <paramref name="firstColumn"/> on, at least one.</summary>
    public void Decode(ReadOnlySpan<byte> stored, int row, int firstColumn, Span<T> values)
    {
        int block = row / blockRows;
        if (block != _block)
        {
            Load(block, firstColumn / blockColumns, ((firstColumn + stored.Length - 1) / blockColumns) + 1);
            _block = block;
        }

        if (_isByTables)
        {
            (int first, int offset) = Math.DivRem(firstColumn, blockColumns);
            Fp8Codes.DecodeBlocks(stored, _tables.AsSpan(first * Fp8Codes.TableBytes), offset, blockColumns, values, pastCaches);
            return;
        }

        for (int column = 0; column < stored.Length;)
        {
            (int factor, int offset) = Math.DivRem(firstColumn + column, blockColumns);
            int length = Math.Min(stored.Length - column, blockColumns - offset);
            Decode(stored.Slice(column, length), factor, values.Slice(column, length));
            column += length;
        }
    }

    private void Load(int block, int firstFactor, int endFactor)
    {
        factors.Read<float>(block, 1, 0, factors.Columns, _factors, factors.Columns);
        _isByTables = _tables.Length > 0;
        for (int factor = firstFactor; _tables.Length > 0 && factor < endFactor; factor++)
        {
            _isByTables &= float.IsFinite(_factors[factor]);
            Fp8Codes.Fill<T>(_factors[factor], _tables.AsSpan(factor * Fp8Codes.TableBytes, Fp8Codes.TableBytes));
        }
    }

    [SkipLocalsInit]
    private void Decode(ReadOnlySpan<byte> stored, int factor, Span<T> values)
    {
        if (_tables.Length > 0 && float.IsFinite(_factors[factor]))
        {
            Fp8Codes.Decode(stored, _tables.AsSpan(factor * Fp8Codes.TableBytes, Fp8Codes.TableBytes), values);
            return;
        }

        Span<float> decoded = stackalloc float[Chunk];
        for (int i = 0; i < stored.Length; i += Chunk)
        {
            int length = Math.Min(Chunk, stored.Length - i);
            Fp8Elements.Decode(stored.Slice(i, length), _factors[factor], decoded);
            ElementConversion.Narrow<T, float>(decoded[..length], values.Slice(i, length));
        }
    }
}
