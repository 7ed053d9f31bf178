using System.Numerics.Tensors;

namespace MoeGen;

/// <summary>The rows that a calibrator's samples multiply the weights with.</summary>
internal static class ActivationRows
{
    /// <summary>All tokens, H columns.</summary>
    public static List<float[]> OfInput<T>(MoeCalibrator<T> calibrator)
        where T : unmanaged
    {
        int hidden = calibrator.Weights.Shape.HiddenSize;
        var rows = new List<float[]>(calibrator.NumTokens);
        foreach (SampleBatch<T> batch in calibrator.Batches)
        {
            for (int first = 0; first < batch.Input.Length; first += hidden)
            {
                var row = new float[hidden];
                ElementConversion.Widen(batch.Input.AsSpan(first, hidden), row.AsSpan());
                rows.Add(row);
            }
        }

        return rows;
    }

    /// <summary>The activated rows of each local expert, I columns, but for those that are not finite; runs the layer that is not quantised.</summary>
    public static List<float[]>[] OfExperts<T>(MoeCalibrator<T> calibrator)
        where T : unmanaged
    {
        int width = calibrator.Weights.Shape.IntermediateSize;
        List<float[]>[] experts = [.. Enumerable.Range(0, calibrator.Weights.Shape.NumExperts).Select(_ => new List<float[]>())];
        foreach (var _ in calibrator.Run(calibrator.Weights, quantizeActivations: false, Observe))
        {
        }

        return experts;

        void Observe(StageRows<double> rows)
        {
            for (int expert = 0; expert < experts.Length; expert++)
            {
                for (int row = rows.Route.ExpertOffsets[expert]; row < rows.Route.ExpertOffsets[expert + 1]; row++)
                {
                    float[] values = Array.ConvertAll(rows.Activated[(row * width)..((row + 1) * width)], value => (float)value);
                    if (float.IsFinite(TensorPrimitives.MaxMagnitude<float>(values)))
                    {
                        experts[expert].Add(values);
                    }
                }
            }
        }
    }
}
