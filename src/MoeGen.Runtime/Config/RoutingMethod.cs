namespace MoeGen;

/// <summary>How the experts of a token and their scales are found.</summary>
public enum RoutingMethod
{
    /// <summary>The caller gives expert ids and scales.</summary>
    Preselected = 0,

    /// <summary>Softmax over all experts' logits, then the K largest; the scales are these probabilities (Qwen2-MoE).</summary>
    SoftmaxTopK = 1,

    /// <summary>As <see cref="SoftmaxTopK"/>, then divided by their sum over the K chosen (Mixtral, Qwen3-MoE).</summary>
    SoftmaxTopKRenormalized = 2,
}
