namespace MoeGen;

/// <summary>The element type of a layer's input, weights and output.</summary>
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
}
