using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Rows become their codes in place, where the layer quantises activations; the GEMMs multiply the codes.</summary>
internal sealed class ManagedRowQuantizer<T, TAcc>(ManagedLayer<T> layer)
    where T : unmanaged
    where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
{
    private readonly QuantizedMoeWeights<T>? _weights = layer.QuantizeActivations ? (QuantizedMoeWeights<T>)layer.Weights : null;

    /// <summary>The tokens before GEMM1, [T, H].</summary>
    /// <returns>The scale of each token; <see langword="null"/> where nothing is quantised.</returns>
    public float[]? QuantizeTokens(TAcc[] input, int tokens) => _weights is null
        ? null
        : Quantize(input, tokens, _weights.Shape.HiddenSize, _weights.InputFactors, _ => _weights.InputScale);

    /// <summary>The activated rows between the GEMMs, in sorted order, already rounded to the element type: [rows, I].</summary>
    /// <returns>The scale of each row; <see langword="null"/> where nothing is quantised.</returns>
    public float[]? QuantizeActivated(TAcc[] activated, RoutePlan route)
    {
        if (_weights is null)
        {
            return null;
        }

        var statics = new float[route.SortedSlots.Length];
        for (int expert = 0; !_weights.ActivatedScales.IsEmpty && expert < _weights.Shape.NumExperts; expert++)
        {
            statics.AsSpan(route.ExpertOffsets[expert]..route.ExpertOffsets[expert + 1]).Fill(_weights.ActivatedScales.Span[expert]);
        }

        return Quantize(activated, statics.Length, _weights.Shape.IntermediateSize, default, row => statics[row]);
    }

    // The values are of the element type, so they are floats exactly.
    private float[] Quantize(TAcc[] rows, int count, int width, ReadOnlyMemory<float> factors, Func<int, float> staticScale)
    {
        var scales = new float[count];
        WorkLoop.Run<float>(count, checked(width + (width / sizeof(float))), layer.Options.MaxDegreeOfParallelism, (row, scratch) =>
        {
            Span<TAcc> values = rows.AsSpan((int)row * width, width);
            Span<float> single = scratch.AsSpan(0, width);
            Span<sbyte> codes = MemoryMarshal.Cast<float, sbyte>(scratch.AsSpan(width));
            TensorPrimitives.ConvertTruncating<TAcc, float>(values, single);
            scales[row] = ActivationQuantizer.Quantize(single, factors.Span, staticScale((int)row), codes);
            TensorPrimitives.ConvertTruncating<sbyte, TAcc>(codes, values);
        });
        return scales;
    }
}
