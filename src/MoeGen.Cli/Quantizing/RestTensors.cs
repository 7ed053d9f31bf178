using System.Runtime.InteropServices;
using MoeGen.Checkpoints;

namespace MoeGen.Cli.Quantizing;

/// <summary>Tensors that are not quantised: their bytes as they are; FP8 by blocks, which config.json then no longer describes, as BF16.</summary>
internal static class RestTensors
{
    private const int PieceBytes = 8 << 20;

    public static void Add(SafetensorsWriter writer, MoeCheckpoint checkpoint, string name, Action<long> done)
    {
        SafetensorsCheckpoint tensors = checkpoint.Tensors;
        SafetensorsTensor tensor = tensors.GetTensor(name);
        if (tensor.Dtype == SafetensorsDtype.F8_E4M3 && tensor.Shape is [var rows, var columns])
        {
            StoredMatrix matrix = new LayerTensors(tensors, "", checkpoint.Quantization).Matrix(name, checked((int)rows), checked((int)columns));
            writer.Add(name, SafetensorsDtype.BF16, tensor.Shape, stream => Write(stream, matrix, done));
            return;
        }

        writer.Add(name, tensor.Dtype, tensor.Shape, stream =>
        {
            for (long first = 0; first < tensor.ByteLength; first += PieceBytes)
            {
                int length = (int)Math.Min(PieceBytes, tensor.ByteLength - first);
                stream.Write(tensors.GetBytes(name, first, length).Span);
                done(length);
            }
        });
    }

    private static void Write(Stream stream, StoredMatrix matrix, Action<long> done)
    {
        int step = Math.Max(1, PieceBytes / sizeof(ushort) / matrix.Columns);
        var piece = new BFloat16[Math.Min(step, matrix.Rows) * matrix.Columns];
        for (int row = 0; row < matrix.Rows; row += step)
        {
            int rows = Math.Min(step, matrix.Rows - row);
            matrix.Read<BFloat16>(row, rows, 0, matrix.Columns, piece, matrix.Columns);
            stream.Write(MemoryMarshal.AsBytes(piece.AsSpan(0, rows * matrix.Columns)));
            done((long)rows * matrix.Columns);
        }
    }
}
