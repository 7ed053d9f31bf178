namespace MoeGen;

/// <summary>
/// The function between the two GEMMs. A gated one combines two rows of fc1 (gate and up) into one value, so fc1 has
/// 2 x I rows an expert; a plain one maps one row to one value, so fc1 has I rows an expert. All are computed in fp32.
/// </summary>
public enum Activation
{
    /// <summary>Gated: <c>silu(gate) * up</c> with <c>silu(x) = x / (1 + exp(-x))</c>.</summary>
    Swiglu = 0,

    /// <summary>Plain: <c>x / (1 + exp(-x))</c>.</summary>
    Silu = 1,

    /// <summary>Plain: <c>x / 2 * (1 + erf(x / sqrt(2)))</c>, the exact form.</summary>
    Gelu = 2,

    /// <summary>Plain: <c>max(x, 0)</c>.</summary>
    Relu = 3,
}
