using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>
/// One expert's weight matrix [N, K] as codes and scales, row-major: <c>weight = scale * (code - zero point)</c>. Nothing is copied.
/// </summary>
public sealed partial class QuantizedMatrix
{
    private QuantizedMatrix(WeightFormat format, int rows, int columns, int groupSize, ReadOnlyMemory<byte> codes, ReadOnlyMemory<float> scales, ReadOnlyMemory<byte> zeroPoints)
    {
        (Format, Rows, Columns, GroupSize, Codes, Scales, ZeroPoints) = (format, rows, columns, groupSize, codes, scales, zeroPoints);
        CheckSizes();
        CheckScales();
    }

    /// <summary>How a weight is coded.</summary>
    public WeightFormat Format { get; }

    /// <summary>N, output channels.</summary>
    public int Rows { get; }

    /// <summary>K, elements of depth; a multiple of 8 and of <see cref="GroupSize"/>.</summary>
    public int Columns { get; }

    /// <summary>Elements along a row that share a scale; <see cref="Columns"/> where a whole row does.</summary>
    public int GroupSize { get; }

    /// <summary>
    /// Int8: [N, K] two's complement bytes. Int4 and MXFP4: [N, K / 2], element 2i in the low half of byte i; an Int4 code is 0 to 15,
    /// an MXFP4 code sign, two exponent bits, one mantissa bit.
    /// </summary>
    public ReadOnlyMemory<byte> Codes { get; }

    /// <summary>fp32 [N, K / GroupSize]; finite, and not negative but for Int4, whose code 0 then stands for the largest weight. A scale of zero makes its weights zero.</summary>
    public ReadOnlyMemory<float> Scales { get; }

    /// <summary>Int4: 0 to 15, [N, K / GroupSize]; empty means 8, the symmetric form. Empty with the other formats, whose zero point is 0.</summary>
    public ReadOnlyMemory<byte> ZeroPoints { get; }

    /// <summary>Groups of a row.</summary>
    public int GroupsPerRow => Columns / GroupSize;

    /// <summary>An 8-bit matrix.</summary>
    /// <param name="rows">N.</param>
    /// <param name="columns">K, a multiple of 8.</param>
    /// <param name="codes">[N, K], two's complement. Checkpoints of others have -128 too.</param>
    /// <param name="scales">fp32 [N].</param>
    /// <exception cref="ArgumentException">A length is wrong, or a scale is negative or not finite.</exception>
    public static QuantizedMatrix Int8(int rows, int columns, ReadOnlyMemory<byte> codes, ReadOnlyMemory<float> scales) =>
        new(WeightFormat.Int8PerChannel, rows, columns, columns, codes, scales, default);

    /// <summary>A 4-bit integer matrix.</summary>
    /// <param name="rows">N.</param>
    /// <param name="columns">K, a multiple of <paramref name="groupSize"/>.</param>
    /// <param name="groupSize">32, 64 or 128.</param>
    /// <param name="codes">[N, K / 2], two codes a byte, the first in the low half.</param>
    /// <param name="scales">fp32 [N, K / groupSize], of either sign.</param>
    /// <param name="zeroPoints">0 to 15, [N, K / groupSize]; empty for 8.</param>
    /// <exception cref="ArgumentException">A length or the group size is wrong, a scale is not finite, or a zero point is beyond 15.</exception>
    public static QuantizedMatrix Int4(
        int rows, int columns, int groupSize, ReadOnlyMemory<byte> codes, ReadOnlyMemory<float> scales, ReadOnlyMemory<byte> zeroPoints = default) =>
        new(WeightFormat.Int4Group, rows, columns, groupSize, codes, scales, zeroPoints);

    /// <summary>An MXFP4 matrix.</summary>
    /// <param name="rows">N.</param>
    /// <param name="columns">K, a multiple of 32.</param>
    /// <param name="codes">[N, K / 2], two codes a byte, the first in the low half.</param>
    /// <param name="scales">fp32 [N, K / 32], powers of two.</param>
    /// <exception cref="ArgumentException">A length is wrong, or a scale is neither 0 nor a normal power of two.</exception>
    public static QuantizedMatrix Mxfp4(int rows, int columns, ReadOnlyMemory<byte> codes, ReadOnlyMemory<float> scales) =>
        new(WeightFormat.Mxfp4, rows, columns, 32, codes, scales, default);

    /// <summary>The codes of an 8-bit matrix as what they are.</summary>
    public ReadOnlySpan<sbyte> Int8Codes => Format == WeightFormat.Int8PerChannel
        ? MemoryMarshal.Cast<byte, sbyte>(Codes.Span)
        : throw new InvalidOperationException($"The matrix is {Format}; only Int8PerChannel has 8-bit codes.");
}
