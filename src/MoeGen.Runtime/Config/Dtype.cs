namespace MoeGen;

/// <summary>What a layer multiplies: the element type of its input, weights and output, or 8-bit integers in their place.</summary>
public enum Dtype
{
    /// <summary>Not stated. <see cref="MoeConfigAttribute.Dtype"/> is required, so the generator reports an error.</summary>
    None = 0,

    /// <summary>bfloat16: 8 exponent bits, 7 stored mantissa bits; <c>BFloat16</c> in C#. Tensor cores, fp32 accumulation.</summary>
    BF16 = 1,

    /// <summary>IEEE half precision; <see cref="System"/>'s <c>Half</c> in C#. Tensor cores, fp32 accumulation.</summary>
    FP16 = 2,

    /// <summary>Single precision. Runs on the managed backend only; meant for checks.</summary>
    FP32 = 3,

    /// <summary>
    /// 8-bit integers on both sides (W8A8): weights with a scale for each output channel, activations with one for each token, which the
    /// layer quantises itself; int32 sums. Input and output are <see cref="MoeConfigAttribute.OutputDtype"/>.
    /// </summary>
    INT8 = 4,
}
