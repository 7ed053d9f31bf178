using System.Buffers;

namespace MoeGen.Checkpoints;

/// <summary>A piece of a mapped file as <see cref="Memory{T}"/>; throws once the file is disposed.</summary>
internal sealed unsafe class MappedMemoryManager<T>(SafetensorsFile file, long offset, int length) : MemoryManager<T>
    where T : unmanaged
{
    public override Span<T> GetSpan() => new(file.Address(offset), length);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length, nameof(elementIndex));

        // Mapped memory does not move.
        return new MemoryHandle((T*)file.Address(offset) + elementIndex);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
