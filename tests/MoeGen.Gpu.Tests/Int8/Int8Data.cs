using MoeGen.Native;

namespace MoeGen.Gpu.Tests;

/// <summary>A problem with its weights as 8-bit codes, and what may come with them.</summary>
internal static class Int8Data
{
    /// <summary>Each row by its largest magnitude; one row of each matrix is all zeros.</summary>
    public static QuantizedMoeWeights<T> Quantize<T>(MoeWeights<T> weights, bool isSmoothed = false, bool isCalibrated = false)
        where T : unmanaged
    {
        MoeShape shape = weights.Shape;
        var random = new Random(7);
        return new QuantizedMoeWeights<T>(
            shape,
            weights.Fc1Layout,
            [.. weights.Fc1ExpertWeights.Select(matrix => Quantize(matrix.Span, shape.Fc1Rows(weights.IsGated), shape.HiddenSize))],
            [.. weights.Fc2ExpertWeights.Select(matrix => Quantize(matrix.Span, shape.HiddenSize, shape.IntermediateSize))])
        {
            Fc1ExpertBiases = weights.Fc1ExpertBiases,
            Fc2ExpertBiases = weights.Fc2ExpertBiases,
            SwigluAlpha = weights.SwigluAlpha,
            SwigluBeta = weights.SwigluBeta,
            SwigluLimit = weights.SwigluLimit,
            LocalExperts = weights.LocalExperts,
            InputFactors = isSmoothed ? Enumerable.Range(0, shape.HiddenSize).Select(_ => 0.5f + random.NextSingle()).ToArray() : default(ReadOnlyMemory<float>),

            // Small enough that some values are cut off.
            InputScale = isCalibrated ? 0.015f : 0,
            ActivatedScales = isCalibrated ? Enumerable.Range(0, shape.NumExperts).Select(expert => 0.01f + (0.001f * expert)).ToArray() : default(ReadOnlyMemory<float>),
        };
    }

    private static QuantizedMatrix Quantize<T>(ReadOnlySpan<T> matrix, int rows, int columns)
        where T : unmanaged
    {
        var codes = new byte[rows * columns];
        var scales = new float[rows];
        for (int row = 1; row < rows; row++)
        {
            float largest = 0;
            for (int i = 0; i < columns; i++)
            {
                largest = Math.Max(largest, (float)Math.Abs(ElementConversion.ToDouble(matrix[(row * columns) + i])));
            }

            scales[row] = largest / 127;
            for (int i = 0; i < columns && largest > 0; i++)
            {
                codes[(row * columns) + i] = (byte)(sbyte)Math.Round(ElementConversion.ToDouble(matrix[(row * columns) + i]) / scales[row]);
            }
        }

        return QuantizedMatrix.Int8(rows, columns, codes, scales);
    }
}
