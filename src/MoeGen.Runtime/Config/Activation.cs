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

    /// <summary>Gated: <c>gelu(gate) * up</c>, gelu in its exact form.</summary>
    Geglu = 4,

    /// <summary>Gated: <c>gelu(gate) * up</c>, gelu by its tanh approximation.</summary>
    GegluTanh = 5,

    /// <summary>
    /// Gated (gpt-oss): <c>g = min(gate, limit)</c>, <c>u = clamp(up, -limit, limit)</c>, <c>g * sigmoid(alpha * g) * (u + beta)</c>.
    /// Constants in the attribute (1.702, 1 and 7 when left out), or a value of each expert at run time.
    /// </summary>
    SwigluOai = 6,

    /// <summary>
    /// Gated: <c>min(silu(gate), limit) * clamp(up, -limit, limit)</c>. The limit in the attribute (7 when left out), or of each
    /// expert at run time.
    /// </summary>
    SwigluStep = 7,

    /// <summary>Plain: <c>x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))</c>.</summary>
    GeluTanh = 8,

    /// <summary>Plain: <c>max(x, 0)</c> squared.</summary>
    Relu2 = 9,

    /// <summary>Plain: x itself.</summary>
    Identity = 10,
}
