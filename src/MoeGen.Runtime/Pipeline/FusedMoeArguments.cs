namespace MoeGen;

/// <summary>
/// The arguments of one fused MoE call, named as in FlashInfer's <c>cutlass_fused_moe</c>, so that a port is mechanical. One
/// difference: <see cref="Fc1Layout"/> is required (theirs is <see cref="Fc1Layout.UpGate"/>).
/// </summary>
/// <remarks>T tokens, K experts per token, E experts held here, H hidden size, I intermediate size.</remarks>
/// <typeparam name="T">Element type of the layer.</typeparam>
public sealed record FusedMoeArguments<T>
    where T : unmanaged
{
    /// <summary>[T, H].</summary>
    public required DeviceBuffer<T> Input { get; init; }

    /// <summary>Global expert ids, [T, K].</summary>
    public required DeviceBuffer<int> TokenSelectedExperts { get; init; }

    /// <summary>fp32 [T, K], applied after GEMM2 and its bias; null means 1.</summary>
    public DeviceBuffer<float>? TokenFinalScales { get; init; }

    /// <summary>[E, 2I, H] gated or [E, I, H] plain, in <see cref="Fc1Layout"/>.</summary>
    public required DeviceBuffer<T> Fc1ExpertWeights { get; init; }

    /// <summary>[E, H, I].</summary>
    public required DeviceBuffer<T> Fc2ExpertWeights { get; init; }

    /// <summary>E, H and I of the weights.</summary>
    public required MoeShape Shape { get; init; }

    /// <summary>The row order of fc1.</summary>
    public required Fc1Layout Fc1Layout { get; init; }

    /// <summary>[E, 2I] or [E, I], in the order of fc1's rows; null means none.</summary>
    public DeviceBuffer<T>? Fc1ExpertBiases { get; init; }

    /// <summary>[E, H]; null means none. Added on tensor-parallel rank 0 alone.</summary>
    public DeviceBuffer<T>? Fc2ExpertBiases { get; init; }

    /// <summary>fp32 [E]; null means the attribute's constant.</summary>
    public DeviceBuffer<float>? SwigluAlpha { get; init; }

    /// <summary>fp32 [E]; null means the attribute's constant.</summary>
    public DeviceBuffer<float>? SwigluBeta { get; init; }

    /// <summary>fp32 [E]; null means the attribute's constant.</summary>
    public DeviceBuffer<float>? SwigluLimit { get; init; }

    /// <summary>Devices that share each expert's I; decides only who adds fc2's bias.</summary>
    public int TpSize { get; init; } = 1;

    /// <summary>This device among <see cref="TpSize"/>.</summary>
    public int TpRank { get; init; }

    /// <summary>Devices among which the experts are dealt in equal ranges.</summary>
    public int EpSize { get; init; } = 1;

    /// <summary>This device among <see cref="EpSize"/>: it holds experts EpRank * E to EpRank * E + E - 1.</summary>
    public int EpRank { get; init; }

    /// <summary>[T, H]; every row is written. Null: allocated by the call.</summary>
    public DeviceBuffer<T>? Output { get; init; }

    /// <summary>At least <c>GetWorkspaceBytes</c> bytes; null: the kernels' own for the stream.</summary>
    public DeviceBuffer<byte>? WorkspaceBuffer { get; init; }
}
