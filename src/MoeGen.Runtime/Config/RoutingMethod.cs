namespace MoeGen;

/// <summary>How the experts of a token and their scales are found.</summary>
/// <remarks>
/// z are a token's router logits, one an expert. Equal values go to the expert of the lower id. Numbers that belong to a model,
/// not to a method (groups, scaling factor, biases), are in <see cref="RouterOptions"/> and <see cref="MoeRouter"/>.
/// </remarks>
public enum RoutingMethod
{
    /// <summary>The caller gives expert ids and scales.</summary>
    Preselected = 0,

    /// <summary>Softmax over all experts' logits, then the K largest; the scales are these probabilities (Qwen2-MoE, OLMoE).</summary>
    SoftmaxTopK = 1,

    /// <summary>As <see cref="SoftmaxTopK"/>, then divided by their sum over the K chosen (Mixtral, Qwen3-MoE).</summary>
    SoftmaxTopKRenormalized = 2,

    /// <summary>The K largest logits, then softmax over these alone (gpt-oss, Granite-MoE).</summary>
    TopKSoftmax = 3,

    /// <summary>The K largest of sigmoid(z) + selection bias; the scales are sigmoid(z), without the bias.</summary>
    SigmoidTopK = 4,

    /// <summary>
    /// As <see cref="SigmoidTopK"/>, from the best groups of experts alone: a group scores the sum of its two largest biased values
    /// (DeepSeek-V3, Kimi, GLM-4.5).
    /// </summary>
    SigmoidGroupedTopK = 5,

    /// <summary>Softmax over all logits, then the K largest from the best groups alone: a group scores its largest probability (DeepSeek-V2).</summary>
    SoftmaxGroupedTopK = 6,

    /// <summary>The K largest of sqrt(softplus(z)) + selection bias; the scales are sqrt(softplus(z)), without the bias.</summary>
    SqrtSoftplusTopK = 7,

    /// <summary>The K largest logits; sigmoid(z) scales the expert's input instead of its output (Llama-4).</summary>
    TopKSigmoidInput = 8,

    /// <summary>
    /// K = 2 in two rounds: the largest logit, then the largest of the rest; each scale is a softmax over the logits not far below
    /// its round's largest, as <see cref="RouterOptions.JitterEpsilon"/> says (Phi-3.5-MoE, at inference).
    /// </summary>
    SparseMixer = 9,
}
