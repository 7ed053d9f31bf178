namespace MoeGen;

/// <summary>A span that worker threads may capture; the caller keeps it pinned until they are done.</summary>
/// <param name="start">First element, inside a <c>fixed</c> statement of the caller.</param>
/// <param name="length">Elements.</param>
internal readonly unsafe struct PinnedSpan<T>(T* start, int length)
    where T : unmanaged
{
    /// <summary>The elements.</summary>
    public Span<T> Span => new(start, length);
}
