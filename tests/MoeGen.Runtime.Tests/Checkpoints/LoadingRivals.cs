using System.Runtime.Intrinsics;
using MoeGen.Checkpoints;
using MoeGen.Native;

namespace MoeGen.Tests;

/// <summary>
/// What takes the bytes of a file, or as many bytes as a load reads and writes, and converts nothing: what loading is measured by. Buffers
/// are made beforehand.
/// </summary>
internal sealed class LoadingRivals(byte[] sink)
{
    private const int Piece = 2 << 20;

    private readonly byte[] _buffer = MakeBuffer(32 << 20);
    private readonly byte[][] _buffers = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => MakeBuffer(Piece))];
    private readonly Lock _copying = new();

    public static long Bytes(SafetensorsCheckpoint tensors) => tensors.TensorNames.Sum(name => tensors.GetTensor(name).ByteLength);

    /// <summary>One thread copies the mapping into one buffer of 32 MB again and again.</summary>
    public void Read(SafetensorsCheckpoint tensors)
    {
        foreach (string name in tensors.TensorNames)
        {
            long length = tensors.GetTensor(name).ByteLength;
            for (long offset = 0; offset < length; offset += _buffer.Length)
            {
                int piece = (int)Math.Min(_buffer.Length, length - offset);
                tensors.GetBytes(name, offset, piece).Span.CopyTo(_buffer);
            }
        }
    }

    /// <summary>All threads copy the mapping, each into a buffer in its cache.</summary>
    public void ReadByAll(SafetensorsCheckpoint tensors) =>
        ForEachPiece(1, Bytes(tensors), (buffer, _, offset, length) => CopyStored(tensors, offset, buffer[..length]));

    /// <summary>
    /// All threads copy the mapping into a buffer in their cache, and from there write as much as a result has into arrays, one for each
    /// expert, with huge pages as loading has; where the result is as long as the file, straight into the arrays.
    /// </summary>
    public void ReadAndWrite(SafetensorsCheckpoint tensors, int experts, long result, bool pastCaches)
    {
        long each = result / experts;
        byte[][] arrays = [.. Enumerable.Range(0, experts).Select(_ => Allocate(checked((int)each)))];
        double stored = Math.Min(1, (double)Bytes(tensors) / result);
        ForEachPiece(experts, each, (buffer, expert, offset, length) =>
        {
            Span<byte> to = arrays[expert].AsSpan((int)offset, length);
            var first = (long)(((expert * each) + offset) * stored);
            if (stored > 0.98)
            {
                CopyStored(tensors, first, to);
                return;
            }

            CopyStored(tensors, first, buffer[..(int)(length * stored)]);
            if (pastCaches)
            {
                WritePastCaches(buffer, to);
            }
            else
            {
                buffer[..length].CopyTo(to);
            }
        });
        GC.KeepAlive(arrays);
    }

    /// <summary>
    /// All threads copy the mapping into a buffer in their cache, and from there as much as a result has to where the driver would, one at a
    /// time; where the result is as long as the file, one thread copies straight from the mapping.
    /// </summary>
    public void ReadAndCopy(SafetensorsCheckpoint tensors, long result)
    {
        double stored = Math.Min(1, (double)Bytes(tensors) / result);
        ForEachPiece(1, result, (buffer, _, offset, length) =>
        {
            bool isDirect = stored > 0.98;
            if (!isDirect)
            {
                CopyStored(tensors, (long)(offset * stored), buffer[..(int)(length * stored)]);
            }

            lock (_copying)
            {
                Span<byte> to = sink.AsSpan(0, length);
                if (isDirect)
                {
                    CopyStored(tensors, offset, to);
                }
                else
                {
                    buffer[..length].CopyTo(to);
                }
            }
        });
    }

    private delegate void PieceAction(Span<byte> buffer, int array, long offset, int length);

    private void ForEachPiece(int arrays, long each, PieceAction action)
    {
        int pieces = (int)((each + Piece - 1) / Piece);
        int next = -1;
        Thread[] threads = [.. _buffers.Select(buffer => new Thread(() =>
        {
            for (int piece = Interlocked.Increment(ref next); piece < arrays * pieces; piece = Interlocked.Increment(ref next))
            {
                (int array, int index) = Math.DivRem(piece, pieces);
                long offset = (long)index * Piece;
                action(buffer, array, offset, (int)Math.Min(Piece, each - offset));
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
    }

    // Bytes of the tensors as if they lay one behind the other; what reaches beyond the last is left out.
    private static void CopyStored(SafetensorsCheckpoint tensors, long first, Span<byte> to)
    {
        long start = 0;
        foreach (string name in tensors.TensorNames)
        {
            long length = tensors.GetTensor(name).ByteLength;
            long from = Math.Max(first, start);
            int count = (int)(Math.Min(first + to.Length, start + length) - from);
            if (count > 0)
            {
                tensors.GetBytes(name, from - start, count).Span.CopyTo(to[(int)(from - first)..]);
            }

            start += length;
        }
    }

    private static unsafe void WritePastCaches(ReadOnlySpan<byte> from, Span<byte> to)
    {
        fixed (byte* source = from, destination = to)
        {
            int i = (int)(-(nint)destination & (CacheLine.Bytes - 1));
            from[..i].CopyTo(to);
            for (; Vector512.IsHardwareAccelerated && i <= to.Length - CacheLine.Bytes; i += CacheLine.Bytes)
            {
                CacheLine.Store(Vector512.Load(source + i), destination + i, pastCaches: true);
            }

            from[i..to.Length].CopyTo(to[i..]);
            CacheLine.Finish(pastCaches: true);
        }
    }

    private static byte[] MakeBuffer(int length)
    {
        byte[] buffer = Allocate(length);
        buffer.AsSpan().Fill(1);
        return buffer;
    }

    private static byte[] Allocate(int length)
    {
        byte[] array = GC.AllocateUninitializedArray<byte>(length);
        if (OperatingSystem.IsLinux())
        {
            LinuxMemory.PreferHugePages(array);
        }

        return array;
    }
}
