using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace MoeGen.Checkpoints;

/// <summary>
/// A memory-mapped safetensors file. Nothing is read before it is touched; what is returned lies in the mapping and is valid until
/// <see cref="Dispose"/>. A <see cref="ReadOnlyMemory{T}"/> taken from it throws <see cref="ObjectDisposedException"/> afterwards when its
/// span is asked for; a span already taken must not be used any more. The file must not be shortened meanwhile.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    private SafetensorsFile(string path, MemoryMappedFile file, long fileLength)
    {
        Path = path;
        _file = file;
        _view = MapWhole(file, fileLength, path);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
        try
        {
            int length = SafetensorsHeader.ReadLength(new ReadOnlySpan<byte>(_start, 8), fileLength, path);
            (Tensors, Metadata) = SafetensorsHeader.Parse(new ReadOnlySpan<byte>(_start + 8, length), fileLength, path);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The file's path as given.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>The header's <c>__metadata__</c>; empty if there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Maps a file and checks its header whole: names, types, shapes, and that the tensors cover the data without gap or overlap.</summary>
    /// <exception cref="SafetensorsException">The file breaks the format.</exception>
    /// <exception cref="IOException">The file cannot be opened (<see cref="FileNotFoundException"/> if it does not exist) or mapped.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream stream = CheckpointFolder.OpenPlain(path, static (file, problem) => new SafetensorsException(file, problem));
        long length = stream.Length;
        if (length < 8)
        {
            // An empty file cannot be mapped.
            SafetensorsHeader.ReadLength(default, length, path);
        }

        var file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return new SafetensorsFile(path, file, length);
    }

    /// <summary>A tensor's bytes or a part of them.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="offset">First byte of the part.</param>
    /// <param name="length">Bytes of the part; <see langword="null"/> for all up to the end.</param>
    /// <exception cref="SafetensorsException">No such tensor, or the part exceeds 2^31 - 1 bytes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part lies outside the tensor.</exception>
    /// <exception cref="ObjectDisposedException">After <see cref="Dispose"/>.</exception>
    public ReadOnlyMemory<byte> GetBytes(string name, long offset = 0, int? length = null)
    {
        SafetensorsTensor tensor = Find(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, tensor.ByteLength);
        long bytes = length ?? tensor.ByteLength - offset;
        ArgumentOutOfRangeException.ThrowIfNegative(bytes, nameof(length));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, tensor.ByteLength - offset, nameof(length));
        return Map<byte>(tensor, tensor.Offset + offset, bytes);
    }

    /// <summary>A whole tensor's elements, row-major.</summary>
    /// <typeparam name="T">The C# type of the tensor's element type: BFloat16, Half, float, int, ...; byte for 8-bit floats.</typeparam>
    /// <exception cref="SafetensorsException">No such tensor, another element type, or more than 2^31 - 1 elements (see <see cref="GetRows"/>).</exception>
    /// <exception cref="ObjectDisposedException">After <see cref="Dispose"/>.</exception>
    public ReadOnlyMemory<T> Get<T>(string name)
        where T : unmanaged
    {
        SafetensorsTensor tensor = Find<T>(name);
        return Map<T>(tensor, tensor.Offset, tensor.ByteLength / Unsafe.SizeOf<T>());
    }

    /// <summary>Some rows of a tensor, a row being all of its dimensions but the first; for tensors of more than 2^31 - 1 elements.</summary>
    /// <typeparam name="T">As for <see cref="Get"/>.</typeparam>
    /// <exception cref="SafetensorsException">No such tensor, another element type, a scalar, rows of no whole bytes, or more than 2^31 - 1 elements in these rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rows lie outside the tensor.</exception>
    /// <exception cref="ObjectDisposedException">After <see cref="Dispose"/>.</exception>
    public ReadOnlyMemory<T> GetRows<T>(string name, long firstRow, int rows)
        where T : unmanaged
    {
        SafetensorsTensor tensor = Find<T>(name);
        if (tensor.Shape.Count == 0)
        {
            throw new SafetensorsException(Path, $"tensor {tensor} is a scalar and has no rows.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, tensor.Shape[0]);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, tensor.Shape[0] - firstRow);
        (long rowBytes, long rest) = tensor.Shape[0] == 0 ? (0, 0) : Math.DivRem(tensor.ByteLength, tensor.Shape[0]);
        if (rest != 0)
        {
            throw new SafetensorsException(Path, $"tensor {tensor} has rows that end within a byte; take it whole.");
        }

        return Map<T>(tensor, tensor.Offset + (firstRow * rowBytes), rows * (rowBytes / Unsafe.SizeOf<T>()));
    }

    /// <summary>Elements from one on, whatever the shape.</summary>
    internal ReadOnlyMemory<T> GetElements<T>(string name, long first, int count)
        where T : unmanaged
    {
        SafetensorsTensor tensor = Find<T>(name);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, tensor.ByteLength / Unsafe.SizeOf<T>());
        return Map<T>(tensor, tensor.Offset + (first * Unsafe.SizeOf<T>()), count);
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        if (_start is not null)
        {
            _start = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }

    internal void* Address(long offset)
    {
        byte* start = _start;
        ObjectDisposedException.ThrowIf(start is null, this);
        return start + offset;
    }

    private static MemoryMappedViewAccessor MapWhole(MemoryMappedFile file, long length, string path)
    {
        try
        {
            return file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        }
        catch (Exception problem) when (problem is IOException or OutOfMemoryException or ArgumentOutOfRangeException)
        {
            // A file with holes may be longer than any address space.
            file.Dispose();
            throw new SafetensorsException(path, $"the file of {length} bytes cannot be mapped: {problem.Message}", problem);
        }
    }

    private SafetensorsTensor Find<T>(string name)
        where T : unmanaged
    {
        SafetensorsTensor tensor = Find(name);
        return tensor.Dtype.IsReadableAs<T>()
            ? tensor
            : throw new SafetensorsException(Path, $"tensor {tensor} cannot be read as {typeof(T)}; its elements are {tensor.Dtype}.");
    }

    private SafetensorsTensor Find(string name)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        ArgumentNullException.ThrowIfNull(name);
        return Tensors.TryGetValue(name, out SafetensorsTensor? tensor)
            ? tensor
            : throw new SafetensorsException(Path, $"tensor {CheckpointException.Quote(name)} does not exist; the file has {Tensors.Count} tensors.");
    }

    private ReadOnlyMemory<T> Map<T>(SafetensorsTensor tensor, long offset, long length)
        where T : unmanaged => length <= int.MaxValue
            ? new MappedMemoryManager<T>(this, offset, (int)length).Memory
            : throw new SafetensorsException(
                Path, $"{length} elements of tensor {tensor} were asked for at once; allowed are {int.MaxValue}, so take it by parts.");
}
