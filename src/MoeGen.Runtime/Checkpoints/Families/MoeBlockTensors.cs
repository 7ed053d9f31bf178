namespace MoeGen.Checkpoints;

/// <summary>The tensors of a block.</summary>
/// <param name="Router">[E, H].</param>
/// <param name="Experts">The routed experts, then the shared ones.</param>
internal sealed record MoeBlockTensors(StoredMatrix Router, IReadOnlyList<ExpertMatrices> Experts)
{
    /// <summary>[1, E]; added to the logits.</summary>
    public StoredMatrix? RouterBias { get; init; }

    /// <summary>[1, E]; added to the scores for the choice alone.</summary>
    public StoredMatrix? SelectionBias { get; init; }

    /// <summary>[1, H]; the shared experts' gate.</summary>
    public StoredMatrix? SharedGate { get; init; }

    /// <summary>[H], multiplied into tokens before they are quantised, whose inverse is in fc1; empty for none.</summary>
    public float[] InputFactors { get; init; } = [];

    /// <summary>[E, 2I], in the order of fc1's rows.</summary>
    public StoredMatrix? Fc1Biases { get; init; }

    /// <summary>[E, H].</summary>
    public StoredMatrix? Fc2Biases { get; init; }
}
