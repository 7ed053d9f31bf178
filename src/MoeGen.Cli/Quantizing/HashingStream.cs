using System.Security.Cryptography;

namespace MoeGen.Cli.Quantizing;

/// <summary>Writes through and takes the SHA-256 of what is written.</summary>
internal sealed class HashingStream(Stream to, IncrementalHash hash) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => to.Length;

    public override long Position
    {
        get => to.Position;
        set => throw new NotSupportedException("Bytes are written in order.");
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        hash.AppendData(buffer);
        to.Write(buffer);
    }

    public override void Flush() => to.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bytes are written only.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("Bytes are written in order.");

    public override void SetLength(long value) => throw new NotSupportedException("Bytes are written in order.");
}
