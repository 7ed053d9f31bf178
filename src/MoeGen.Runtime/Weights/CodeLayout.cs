using System.Buffers.Binary;

namespace MoeGen;

/// <summary>How the kernels want the codes of a matrix; templates/codes reads them.</summary>
internal static class CodeLayout
{
    private const int CodesPerWord = 8;
    private const float LargestMxfp4Scale = 2;

    /// <summary>Bytes of a row.</summary>
    public static int RowBytes(WeightFormat format, int columns) =>
        format == WeightFormat.Int8PerChannel ? DeviceQuantizedMoeWeights<BFloat16>.RowBytes(columns) : columns / 2;

    /// <summary>Bytes of a matrix.</summary>
    public static long Bytes(QuantizedMatrix matrix) => (long)matrix.Rows * RowBytes(matrix.Format, matrix.Columns);

    /// <summary>8-bit rows padded; the eight 4-bit codes of each word so that a mask finds two neighbours, one in each half.</summary>
    public static void LayOut(QuantizedMatrix matrix, byte[] destination) => Parallel.For(0, matrix.Rows, row =>
    {
        int bytes = RowBytes(matrix.Format, matrix.Columns);
        Span<byte> to = destination.AsSpan(row * bytes, bytes);
        if (matrix.Format == WeightFormat.Int8PerChannel)
        {
            to[matrix.Columns..].Clear();
            matrix.Codes.Span.Slice(row * matrix.Columns, matrix.Columns).CopyTo(to);
            return;
        }

        ReadOnlySpan<byte> from = matrix.Codes.Span.Slice(row * bytes, bytes);
        for (int i = 0; i < bytes; i += sizeof(uint))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(to[i..], Interleave(BinaryPrimitives.ReadUInt32LittleEndian(from[i..])));
        }
    });

    /// <summary>The scales as elements, rounded once; those of MXFP4 times the power of two that the kernels' decoding is short of.</summary>
    public static void GroupScales<T>(QuantizedMatrix matrix, T[] destination)
        where T : unmanaged
    {
        ReadOnlySpan<float> scales = matrix.Scales.Span;
        float factor = matrix.Format != WeightFormat.Mxfp4 ? 1 : MathF.ScaleB(1, typeof(T) == typeof(Half) ? 14 : 126);
        var scaled = new float[scales.Length];
        for (int i = 0; i < scales.Length; i++)
        {
            if (matrix.Format == WeightFormat.Mxfp4 && scales[i] > LargestMxfp4Scale)
            {
                throw new NotSupportedException($"An MXFP4 scale is {scales[i]}; GPU kernels take scales up to {LargestMxfp4Scale}.");
            }

            scaled[i] = scales[i] * factor;
        }

        ElementConversion.Narrow<T, float>(scaled, destination);
    }

    // From element i in bits 4i to element 2i in bits 4i and element 2i + 1 in bits 16 + 4i.
    private static uint Interleave(uint codes)
    {
        uint word = 0;
        for (int pair = 0; pair < CodesPerWord / 2; pair++)
        {
            word |= (codes >> (8 * pair) & 15) << (4 * pair);
            word |= (codes >> ((8 * pair) + 4) & 15) << (16 + (4 * pair));
        }

        return word;
    }
}
