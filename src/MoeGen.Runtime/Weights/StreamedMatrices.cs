using System.Collections;

namespace MoeGen;

/// <summary>
/// The matrices of a layer's experts, made when they are asked for; the last one is kept until another is. Several threads may read the
/// expert that is open; what is read of one is valid until another is asked for.
/// </summary>
/// <param name="count">Experts.</param>
/// <param name="make">Makes the matrix of an expert, checked.</param>
internal sealed class StreamedMatrices<TMatrix>(int count, Func<int, TMatrix> make) : IReadOnlyList<TMatrix>, IExpertStream
{
    private readonly Lock _lock = new();
    private volatile Held? _held;

    public int Count => count;

    public TMatrix this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
            return _held is { } held && held.Expert == index ? held.Matrix : Make(index);
        }
    }

    public void Open(int expert) => _ = this[expert];

    public void Close() => _held = null;

    public IEnumerator<TMatrix> GetEnumerator()
    {
        for (int expert = 0; expert < count; expert++)
        {
            yield return this[expert];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private TMatrix Make(int expert)
    {
        lock (_lock)
        {
            if (_held is { } held && held.Expert == expert)
            {
                return held.Matrix;
            }

            // The one before goes first, so that there are never two.
            _held = null;
            TMatrix matrix = make(expert);
            _held = new Held(expert, matrix);
            return matrix;
        }
    }

    private sealed record Held(int Expert, TMatrix Matrix);
}
