namespace MoeGen;

/// <summary>The stages that turn the operands of the GEMMs into codes, where activations are quantised.</summary>
internal static class QuantizeStages
{
    /// <summary>Of tokens, before GEMM1.</summary>
    public static QuantizeArguments<T> Input<T>(in CudaCall<T> call, in CudaWeights<T> weights, in WorkspaceLayout layout, ulong workspace)
        where T : unmanaged => new()
        {
            Values = call.Input,
            Codes = new(workspace + (ulong)layout.Quantized.InputCodes),
            Scales = new(workspace + (ulong)layout.Quantized.InputScales),
            Factors = weights.InputFactors,
            Calibrated = weights.InputScale,
            NumTokensOnDevice = call.NumTokensOnDevice,
            NumTokens = call.NumTokens,
            RowsPerToken = 1,
            Columns = weights.Shape.HiddenSize,
        };

    /// <summary>Enqueues that of activated rows, between the GEMMs: in sorted order, or where nothing is sorted in slot order.</summary>
    public static void Activated<T>(
        IMoeLaunchers<T> launchers,
        in CudaCall<T> call,
        in CudaSlots slots,
        in CudaWeights<T> weights,
        in WorkspaceLayout layout,
        ulong workspace,
        bool isSorted,
        CudaStream stream)
        where T : unmanaged =>
        launchers.QuantizeActivated(
            new QuantizeArguments<T>
            {
                Values = new(workspace + (ulong)layout.Activated),
                Codes = new(workspace + (ulong)layout.Quantized.ActivatedCodes),
                Scales = new(workspace + (ulong)layout.Quantized.ActivatedScales),
                Calibrated = weights.ActivatedScales,
                ExpertOffsets = isSorted ? new(workspace + (ulong)layout.ExpertOffsets) : default,
                TokenSelectedExperts = isSorted ? default : slots.Experts,
                LocalExperts = weights.LocalExperts,
                NumTokensOnDevice = call.NumTokensOnDevice,
                NumTokens = call.NumTokens,
                RowsPerToken = call.TopK,
                Columns = weights.Shape.IntermediateSize,
                NumExperts = weights.Shape.NumExperts,
            },
            stream);
}
